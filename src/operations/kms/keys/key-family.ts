import type { KeyRef, KeyRow } from '../../../domain/index.ts';
import type { Reader, Transaction } from '../../../storage/index.ts';

/**
 * Returns the related keys of a multi-Region key in all Regions, including itself, the primary
 * first. Returns any other key alone.
 */
export async function familyOf(reader: Reader, key: KeyRow): Promise<readonly KeyRow[]> {
  if (key.primaryRegion === undefined) return [key];
  const family = await reader.find('keys', 'byFamily', [key.account, key.keyId]);
  return family.toSorted(
    (a, b) => Number(b.region === b.primaryRegion) - Number(a.region === a.primaryRegion),
  );
}

/** Changes the current rows of a key and its related keys. */
export async function amendFamily(
  transaction: Transaction,
  { account, region, keyId }: KeyRef,
  change: (key: KeyRow) => KeyRow,
): Promise<void> {
  const row = await transaction.get('keys', account, region, keyId);
  if (!row) return;
  for (const member of await familyOf(transaction, row))
    await transaction.put('keys', change(member));
}
