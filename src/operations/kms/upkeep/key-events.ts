import { cloudTrailServiceEvent } from '../../../audit/index.ts';
import { uuid, type Clock } from '../../../base/index.ts';
import { keyArn, type KeyEventRow, type KeyRef, type MaterialRow } from '../../../domain/index.ts';
import { KeyStoreError } from '../../../keystores/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { Services } from '../../services.ts';
import { forEach } from './for-each.ts';

type KeyActivity = Pick<
  KeyEventRow,
  'name' | 'details' | 'materials' | 'customKeyStoreId' | 'clusterId'
>;

/**
 * Records an event in the transaction that changes the key. The end of the round publishes it to
 * the audit trail.
 */
export async function recordKeyEvent(
  transaction: Transaction,
  clock: Clock,
  { account, region, keyId }: KeyRef,
  activity: KeyActivity,
): Promise<void> {
  await transaction.put('keyEvents', {
    eventId: uuid(),
    date: clock.now(),
    account,
    region,
    keyId,
    ...activity,
  });
}

/**
 * Publishes recorded events to the audit trail, and destroys the material of deleted keys in their
 * stores.
 */
export async function publishKeyEvents(services: Services): Promise<void> {
  const waiting = await services.store.read((reader) => reader.list('keyEvents', []));
  const inOrder = waiting.toSorted((a, b) => a.date - b.date);
  await forEach(inOrder, services.log, (event) => publish(services, event));
}

/** Publishes one event. Source: the CloudTrail examples of the AWS KMS Developer Guide. */
async function publish(services: Services, event: KeyEventRow): Promise<void> {
  const { eventId, date, name, account, region, keyId, details, materials = [] } = event;
  const destructions = await Promise.all(
    materials.map(async (material) => ({
      material,
      destroyed: await destroyMaterial(services, event, material),
    })),
  );
  const record = cloudTrailServiceEvent({
    eventId,
    time: date,
    eventSource: 'kms.amazonaws.com',
    eventName: name,
    region,
    account,
    resources: [
      { accountId: account, type: 'AWS::KMS::Key', ARN: keyArn({ account, region }, keyId) },
    ],
    serviceEventDetails: details,
    additionalEventData:
      event.customKeyStoreId === undefined ? undefined : customStoreData(event, destructions),
  });
  await services.audit.record(record, { durable: true });
  await services.store.transact((transaction) => transaction.delete('keyEvents', eventId));
  services.log.info(
    {
      key: keyArn({ account, region }, keyId),
      event: name,
      orphans: destructions.filter((one) => !one.destroyed).length,
    },
    'KMS key',
  );
}

interface Destruction {
  readonly material: MaterialRow;
  readonly destroyed: boolean;
}

async function destroyMaterial(
  { keyStores }: Services,
  store: KeyActivity,
  material: MaterialRow,
): Promise<boolean> {
  try {
    return await keyStores.storeFor(store).destroyMaterial(material);
  } catch (error) {
    if (error instanceof KeyStoreError) return false;
    throw error;
  }
}

/** Returns the additional data of a DeleteKey event for a key in a custom key store. */
function customStoreData(
  { customKeyStoreId, clusterId }: KeyActivity,
  destructions: readonly Destruction[],
): Readonly<Record<string, unknown>> {
  const keys = destructions.map(({ material: { handle, materialId } }) => ({
    keyHandle: handle,
    backingKeyId: materialId,
  }));
  return {
    customKeyStoreId,
    clusterId,
    backingKeys: JSON.stringify(keys),
    backingKeysDeletionStatus: JSON.stringify(
      keys.map((key, at) => ({
        ...key,
        deletionStatus: destructions[at]?.destroyed ? 'SUCCESS' : 'FAILURE',
      })),
    ),
  };
}
