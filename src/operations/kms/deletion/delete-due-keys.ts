import { DAY_MS } from '../../../base/index.ts';
import type { KeyRow, MaterialRow } from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { Services } from '../../services.ts';
import { removeGrants } from '../grants/grant-count.ts';
import { countKey } from '../keys/key-count.ts';
import { familyOf } from '../keys/key-family.ts';
import { forEach } from '../upkeep/for-each.ts';
import { recordKeyEvent } from '../upkeep/key-events.ts';

/** Time after startup that HSMs have to reconnect, in milliseconds. */
const RECONNECT_GRACE_MS = 60_000;

/**
 * Deletes the keys whose waiting period is over: first the KMS key and its rows, then, best effort
 * (`publishKeyEvents`), the material. If a custom key store is not connected, its HSM key remains
 * as an orphan, as in AWS. If it is connected but no HSM responds, deletion waits for up to a day.
 */
export async function deleteDueKeys(services: Services): Promise<void> {
  const now = services.clock.now();
  const due = await services.store.read((reader) => reader.due('keys', 'byDeletion', now));
  const ready = due.filter((key) => !awaitsItsHsms(services, key, now));
  await forEach(ready, services.log, (key) => deleteKey(services, key));
}

function awaitsItsHsms(
  { keyStores, about }: Services,
  { customKeyStoreId, deletionDate = 0 }: KeyRow,
  now: number,
): boolean {
  if (customKeyStoreId === undefined || !keyStores.isConnected(customKeyStoreId)) return false;
  if (now >= Math.max(deletionDate + DAY_MS, about.startedAt + RECONNECT_GRACE_MS)) return false;
  return !keyStores.members(customKeyStoreId).some(({ healthy }) => healthy);
}

async function deleteKey(
  { store, clock }: Services,
  { account, region, keyId }: KeyRow,
): Promise<void> {
  const now = clock.now();
  await store.transact(async (transaction) => {
    const key = await transaction.get('keys', account, region, keyId);
    // The deletion may have been cancelled in the meantime.
    if (key?.deletionDate === undefined || key.deletionDate > now) return;
    const materials = await removeRows(transaction, key);
    await releasePrimary(transaction, key, now);
    const { customKeyStoreId } = key;
    const home =
      customKeyStoreId === undefined
        ? undefined
        : await transaction.get('keyStores', account, region, customKeyStoreId);
    await recordKeyEvent(transaction, clock, key, {
      name: 'DeleteKey',
      // What remains of the key: enough to destroy its material, without the material itself.
      materials: materials.map(({ token: _token, ...material }) => material),
      ...(home && { customKeyStoreId: home.storeId, clusterId: home.clusterId }),
    });
  });
}

async function removeRows(transaction: Transaction, key: KeyRow): Promise<readonly MaterialRow[]> {
  const { account, region, keyId } = key;
  const materials = await transaction.find('materials', 'byKey', [account, region, keyId]);
  for (const { materialId } of materials) await transaction.delete('materials', materialId, region);
  for (const { name } of await transaction.find('aliases', 'byKey', [account, region, keyId])) {
    await transaction.delete('aliases', account, region, name);
  }
  await removeGrants(transaction, key);
  await transaction.delete('keyUses', account, region, keyId);
  await transaction.delete('keys', account, region, keyId);
  await countKey(transaction, key, -1);
  return materials;
}

/**
 * Starts the waiting period of a primary key that waits for its replicas, once the last one is
 * deleted.
 */
async function releasePrimary(
  transaction: Transaction,
  deleted: KeyRow,
  now: number,
): Promise<void> {
  const [primary, ...replicas] = await familyOf(transaction, deleted);
  if (primary?.replicaDeletionWindow === undefined || replicas.length > 0) return;
  const { replicaDeletionWindow, ...rest } = primary;
  await transaction.put('keys', { ...rest, deletionDate: now + replicaDeletionWindow * DAY_MS });
}
