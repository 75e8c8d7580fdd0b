import { hexId, uuid } from '../../../base/index.ts';
import { keyArn, keySpecFacts, type KeyRecord, type MaterialRecord } from '../../../domain/index.ts';
import type { KeyStore } from '../../../keystores/index.ts';
import type { Services } from '../../services.ts';
import { countKey, requireRoomForKey } from './key-count.ts';

/** A new id: `mrk-` and 32 hex digits for multi-Region keys, which keep it in every Region; a UUID for all others. */
export function newKeyId(multiRegion: boolean): string {
  return multiRegion ? `mrk-${hexId(32)}` : uuid();
}

/** Makes material for a key in its store; nothing is recorded yet. */
export async function newMaterial(
  keyStore: KeyStore,
  key: Pick<KeyRecord, 'account' | 'region' | 'keyId' | 'keySpec'>,
  creationDate: number,
): Promise<MaterialRecord> {
  const { account, region, keyId, keySpec } = key;
  const materialId = hexId(64);
  const location = await keyStore.createMaterial({ keyArn: keyArn(key, keyId), materialId, type: keySpecFacts(keySpec).material });
  return { materialId, region, account, keyId, creationDate, state: 'CURRENT', ...location };
}

/**
 * Records a customer managed key and its first material, if it has one already, as one. If that fails, the material is
 * destroyed: an HSM keeps nothing that no key knows of.
 */
export async function saveNewKey(
  { store, quotas, keyStores }: Pick<Services, 'store' | 'quotas' | 'keyStores'>,
  key: KeyRecord,
  material: MaterialRecord | undefined,
): Promise<void> {
  try {
    await store.transact(async (transaction) => {
      await requireRoomForKey(transaction, key, quotas.keys);
      await countKey(transaction, key, 1);
      if (material) await transaction.put('materials', material);
      await transaction.put('keys', key);
    });
  } catch (error) {
    if (material) await keyStores.of(key).destroyMaterial(material);
    throw error;
  }
}
