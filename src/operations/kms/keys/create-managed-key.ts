import type { KeyRow } from '../../../domain/index.ts';
import type { Services } from '../../services.ts';
import { newMaterial } from './make-key.ts';

/**
 * Creates an AWS managed key and its alias, unless another call did so in the meantime. Returns the
 * key that exists then.
 */
export async function createManagedKey(
  { store, keyStores }: Services,
  uncreated: KeyRow,
  aliasName: string,
): Promise<KeyRow> {
  const { account, region, creationDate: now } = uncreated;
  const material = await newMaterial(keyStores.default, uncreated, now);
  const key: KeyRow = { ...uncreated, currentMaterialId: material.materialId };
  return store.transact(async (transaction) => {
    const alias = await transaction.get('aliases', account, region, aliasName);
    const present = alias && (await transaction.get('keys', account, region, alias.keyId));
    if (present) return present;
    await transaction.put('materials', material);
    await transaction.put('keys', key);
    await transaction.put('aliases', {
      account,
      region,
      name: aliasName,
      keyId: key.keyId,
      creationDate: now,
      lastUpdatedDate: now,
    });
    return key;
  });
}
