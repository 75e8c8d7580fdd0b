import { keyArn } from '../../../domain/index.ts';
import { cloudTrailServiceEvent } from '../../../audit/index.ts';
import type { Services } from '../../services.ts';
import { expireKeys, type DeletedKey } from './expire-keys.ts';

/** How often the waiting periods are looked at, in milliseconds of real time; they are days long. */
const INTERVAL = 5_000;

/** Deletes due keys in the background until the returned function is called, which waits for a run under way. */
export function startKeyExpiry(services: Services): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const tick = (): void => {
    if (busy) return;
    busy = true;
    running = expireKeys(services, (event) => recordDeletion(services, event))
      .catch((error: unknown) => services.log.error({ err: error }, 'deleting keys whose waiting period is over failed'))
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(tick, INTERVAL);
  tick();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** CloudTrail's DeleteKey event. Source: "DeleteKey" in the AWS KMS Developer Guide's CloudTrail examples. */
async function recordDeletion({ audit, clock }: Services, { key, clusterId, materials }: DeletedKey): Promise<void> {
  const custom = materials.flatMap(({ material, deleted }) =>
    material.handle === undefined
      ? []
      : [{ keyHandle: material.handle, backingKeyId: material.materialId, deletionStatus: deleted ? 'SUCCESS' : 'FAILURE' }],
  );
  await audit.record(
    cloudTrailServiceEvent({
      time: clock.now(),
      eventSource: 'kms.amazonaws.com',
      eventName: 'DeleteKey',
      region: key.region,
      account: key.account,
      resources: [{ accountId: key.account, type: 'AWS::KMS::Key', ARN: keyArn(key, key.keyId) }],
      ...(custom.length > 0 && {
        additionalEventData: {
          customKeyStoreId: key.customKeyStoreId,
          clusterId,
          backingKeys: JSON.stringify(custom.map(({ keyHandle, backingKeyId }) => ({ keyHandle, backingKeyId }))),
          backingKeysDeletionStatus: JSON.stringify(custom),
        },
      }),
    }),
  );
}
