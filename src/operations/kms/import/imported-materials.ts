import type { KeyRef, KeyRow, MaterialRow } from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import { familyOf } from '../keys/key-family.ts';

/**
 * Returns whether the material permanently belongs to the key. Material that is pending rotation
 * can still be replaced.
 */
export function isPermanent({ state }: MaterialRow): boolean {
  return state === 'CURRENT' || state === 'NON_CURRENT';
}

/**
 * Returns the row of a material without its bytes. The ID remains, so that only the same bytes can
 * be imported again.
 */
function withoutBytes(material: MaterialRow): MaterialRow {
  const { token: _token, domainKeyHandle: _domainKey, validTo: _validTo, ...known } = material;
  return { ...known, importState: 'PENDING_IMPORT' };
}

/**
 * Removes the bytes of an imported material. Permanent material keeps its row. Pending material
 * keeps it only in a replica, where it can be imported again; removing it from a primary key
 * removes the rows of all replicas too. Updates `materialMissing`.
 */
export async function removeMaterial(
  transaction: Transaction,
  material: MaterialRow,
): Promise<void> {
  const { account, region, keyId, materialId } = material;
  const key = await transaction.get('keys', account, region, keyId);
  const inReplica = key?.primaryRegion !== undefined && key.primaryRegion !== region;
  if (isPermanent(material) || inReplica)
    await transaction.put('materials', withoutBytes(material));
  else {
    const together = key ? await familyOf(transaction, key) : [{ region }];
    for (const member of together) await transaction.delete('materials', materialId, member.region);
  }
  if (key && inReplica) await settlePending(transaction, key, materialId);
  await settleMissing(transaction, material);
}

/**
 * Sets the state of pending material: it can be rotated to once it is imported in every Region of
 * the key's family.
 */
export async function settlePending(
  transaction: Transaction,
  key: KeyRow,
  materialId: string,
): Promise<void> {
  const family = await familyOf(transaction, key);
  const rows = await Promise.all(
    family.map(({ region }) => transaction.get('materials', materialId, region)),
  );
  const everywhere = rows.every((row) => row?.importState === 'IMPORTED');
  for (const row of rows) {
    if (!row || isPermanent(row)) continue;
    await transaction.put('materials', {
      ...row,
      state: everywhere ? 'PENDING_ROTATION' : 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION',
    });
  }
}

/** Updates `materialMissing` of an EXTERNAL key after any change of its materials. */
export async function settleMissing(
  transaction: Transaction,
  { account, region, keyId }: KeyRef,
): Promise<void> {
  const key = await transaction.get('keys', account, region, keyId);
  if (!key) return;
  const { materialMissing: _before, ...rest } = key;
  const permanent = (await transaction.find('materials', 'byKey', [account, region, keyId])).filter(
    isPermanent,
  );
  const complete =
    permanent.length > 0 && permanent.every(({ importState }) => importState === 'IMPORTED');
  await transaction.put('keys', complete ? rest : { ...rest, materialMissing: true });
}
