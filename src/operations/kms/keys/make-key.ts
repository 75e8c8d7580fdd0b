import { hexId, uuid } from '../../../base/index.ts';
import { keyArn, keySpecProperties, type KeyRow, type MaterialRow } from '../../../domain/index.ts';
import type { KeyStore } from '../../../keystores/index.ts';
import type { Services } from '../../services.ts';
import { findKeyStore } from '../custom-key-stores/find-key-store.ts';
import { countKey, requireRoomForKey } from './key-count.ts';

/**
 * Returns a new key ID: `mrk-` and 32 hex digits for multi-Region keys, which have the same ID in
 * every Region, or a UUID for all others.
 */
export function newKeyId(multiRegion: boolean): string {
  return multiRegion ? `mrk-${hexId(32)}` : uuid();
}

/** Creates material for a key in its store. Records nothing yet. */
export async function newMaterial(
  keyStore: KeyStore,
  key: Pick<KeyRow, 'account' | 'region' | 'keyId' | 'keySpec' | 'keyUsage'>,
  creationDate: number,
): Promise<MaterialRow> {
  const { account, region, keyId, keySpec, keyUsage: usage } = key;
  const materialId = hexId(64);
  const location = await keyStore.createMaterial({
    keyArn: keyArn(key, keyId),
    materialId,
    type: keySpecProperties(keySpec).material,
    usage,
  });
  return { materialId, region, account, keyId, creationDate, state: 'CURRENT', ...location };
}

/**
 * Records a customer managed key together with its first material, if it has one. If that fails,
 * destroys the material in its store, so that no HSM holds material without a key.
 */
export async function saveNewKey(
  { store, quotas }: Pick<Services, 'store' | 'quotas'>,
  key: KeyRow,
  made: { readonly material: MaterialRow; readonly keyStore: KeyStore } | undefined,
): Promise<void> {
  try {
    await store.transact(async (transaction) => {
      // The store may have been disconnected and deleted since it created the material.
      if (key.customKeyStoreId !== undefined)
        await findKeyStore(transaction, key, key.customKeyStoreId);
      await requireRoomForKey(transaction, key, quotas.keys);
      await countKey(transaction, key, 1);
      if (made) await transaction.put('materials', made.material);
      await transaction.put('keys', key);
    });
  } catch (error) {
    await made?.keyStore.destroyMaterial(made.material);
    throw error;
  }
}
