import type { KeyRef, KeyRow, MaterialRow } from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import { familyOf } from '../keys/key-family.ts';

/** Whether the material is the key's for good; what waits for a rotation may still be replaced. */
export function isPermanent({ state }: MaterialRow): boolean {
  return state === 'CURRENT' || state === 'NON_CURRENT';
}

/** The row of a material whose bytes are gone: its id stays, so that only the same bytes can come back. */
export function withoutBytes(material: MaterialRow): MaterialRow {
  const { token: _token, domainKeyHandle: _domainKey, validTo: _validTo, ...known } = material;
  return { ...known, importState: 'PENDING_IMPORT' };
}

/**
 * Takes the bytes of an imported material away. Of one that is the key's for good the row stays; of one that waits for a
 * rotation only in a replica, where it can be imported again: with that of a primary key go its replicas' copies, rows and
 * all. The key then lacks a material, or not.
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

/** Material that waits for a rotation in every Region of its key's family may be rotated to; in some of them, not yet. */
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

/** Brings `materialMissing` of an EXTERNAL key in step with its materials, after any change of them. */
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
