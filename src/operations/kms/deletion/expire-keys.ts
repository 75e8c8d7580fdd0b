import type { Logger } from '../../../base/index.ts';
import { keyArn, type KeyRecord, type MaterialRecord } from '../../../domain/index.ts';
import { KeyStoreError } from '../../../keystores/index.ts';
import type { Services } from '../../services.ts';

/** What became of the material of one deleted key, for the DeleteKey event. */
export interface DeletedKey {
  readonly key: KeyRecord;
  readonly clusterId: string | undefined;
  readonly materials: readonly { readonly material: MaterialRecord; readonly deleted: boolean }[];
}

type Parts = Pick<Services, 'store' | 'keyStores' | 'clock'> & { readonly log: Logger };

/**
 * Deletes the keys whose waiting period is over: first the KMS key with its aliases, then, best effort, the material.
 * A custom key store that is not connected keeps its HSM key as an orphan, as in AWS.
 */
export async function expireKeys(services: Parts, deleted: (event: DeletedKey) => Promise<void>): Promise<void> {
  const now = services.clock.now();
  const pending = await services.store.read((reader) => reader.find('keys', 'byDeletion', []));
  for (const key of pending) {
    if (key.deletionDate !== undefined && key.deletionDate <= now) await deleted(await deleteKey(services, key));
  }
}

async function deleteKey({ store, keyStores, log }: Parts, key: KeyRecord): Promise<DeletedKey> {
  const { account, region, keyId, customKeyStoreId } = key;
  const { rows, clusterId } = await store.transact(async (transaction) => {
    const found = await transaction.find('materials', 'byKey', [account, region, keyId]);
    for (const material of found) await transaction.delete('materials', material.materialId, region);
    for (const alias of await transaction.find('aliases', 'byKey', [account, region, keyId])) {
      await transaction.delete('aliases', account, region, alias.name);
    }
    await transaction.delete('keys', account, region, keyId);
    const home = customKeyStoreId === undefined ? undefined : await transaction.get('keyStores', account, region, customKeyStoreId);
    return { rows: found, clusterId: home?.clusterId };
  });
  const materials = await Promise.all(rows.map(async (material) => ({ material, deleted: await destroyed(keyStores, key, material) })));
  log.info({ key: keyArn(key, keyId), orphans: materials.filter((one) => !one.deleted).length }, 'KMS key deleted');
  return { key, clusterId, materials };
}

async function destroyed(keyStores: Parts['keyStores'], key: KeyRecord, material: MaterialRecord): Promise<boolean> {
  try {
    return await keyStores.of(key).destroyMaterial(material);
  } catch (error) {
    if (error instanceof KeyStoreError) return false;
    throw error;
  }
}
