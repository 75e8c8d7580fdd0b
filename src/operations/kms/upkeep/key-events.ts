import { cloudTrailServiceEvent } from '../../../audit/index.ts';
import { uuid, type Clock } from '../../../base/index.ts';
import { keyArn, type KeyEventRow, type KeyRow, type MaterialRow } from '../../../domain/index.ts';
import { KeyStoreError } from '../../../keystores/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { Services } from '../../services.ts';
import { forEach } from './for-each.ts';

type Happening = Pick<
  KeyEventRow,
  'name' | 'details' | 'materials' | 'customKeyStoreId' | 'clusterId'
>;

/** Writes down, with what is done to the key, that it was done. The audit trail hears of it at the end of the round. */
export async function leaveKeyEvent(
  transaction: Transaction,
  clock: Clock,
  { account, region, keyId }: Pick<KeyRow, 'account' | 'region' | 'keyId'>,
  happening: Happening,
): Promise<void> {
  await transaction.put('keyEvents', {
    eventId: uuid(),
    date: clock.now(),
    account,
    region,
    keyId,
    ...happening,
  });
}

/** Tells the audit trail what happened to keys without a call, and destroys what deleted keys have left in their stores. */
export async function tellKeyEvents(services: Services): Promise<void> {
  const waiting = await services.store.read((reader) => reader.list('keyEvents', []));
  const inOrder = waiting.toSorted((a, b) => a.date - b.date);
  await forEach(inOrder, services.log, (event) => tell(services, event));
}

/** Source of the events: the CloudTrail examples of the AWS KMS Developer Guide. */
async function tell(services: Services, event: KeyEventRow): Promise<void> {
  const { eventId, date, name, account, region, keyId, details, materials = [] } = event;
  const fates = await Promise.all(
    materials.map(async (material) => ({
      material,
      destroyed: await destroyed(services, event, material),
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
      event.customKeyStoreId === undefined ? undefined : customStoreData(event, fates),
  });
  await services.audit.record(record, { durable: true });
  await services.store.transact((transaction) => transaction.delete('keyEvents', eventId));
  services.log.info(
    {
      key: keyArn({ account, region }, keyId),
      event: name,
      orphans: fates.filter((one) => !one.destroyed).length,
    },
    'KMS key',
  );
}

interface Fate {
  readonly material: MaterialRow;
  readonly destroyed: boolean;
}

async function destroyed(
  { keyStores }: Services,
  store: Happening,
  material: MaterialRow,
): Promise<boolean> {
  try {
    return await keyStores.of(store).destroyMaterial(material);
  } catch (error) {
    if (error instanceof KeyStoreError) return false;
    throw error;
  }
}

/** What the DeleteKey event says of a key in a custom key store. */
function customStoreData(
  { customKeyStoreId, clusterId }: Happening,
  fates: readonly Fate[],
): Readonly<Record<string, unknown>> {
  const keys = fates.map(({ material: { handle, materialId } }) => ({
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
        deletionStatus: fates[at]?.destroyed ? 'SUCCESS' : 'FAILURE',
      })),
    ),
  };
}
