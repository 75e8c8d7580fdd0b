import { KmsError, type KeyRow } from '../../../domain/index.ts';
import type { Reader, Transaction } from '../../../storage/index.ts';

type CountedKey = Pick<KeyRow, 'account' | 'region' | 'keyManager'>;

/** Requires room for one more key in the account and Region. AWS managed keys do not count. */
export async function requireRoomForKey(
  reader: Reader,
  { account, region }: Omit<CountedKey, 'keyManager'>,
  limit: number,
): Promise<void> {
  const row = await reader.get('counts', account, region, 'keys');
  if ((row?.count ?? 0) < limit) return;
  throw new KmsError(
    'LimitExceededException',
    `The account has ${limit} KMS keys in this Region, which is the most that it may have.`,
  );
}

/** Updates the count of keys, in the transaction that creates or deletes one. */
export async function countKey(
  transaction: Transaction,
  { account, region, keyManager }: CountedKey,
  change: 1 | -1,
): Promise<void> {
  if (keyManager === 'AWS') return;
  const row = await transaction.get('counts', account, region, 'keys');
  await transaction.put('counts', {
    account,
    region,
    of: 'keys',
    count: Math.max(0, (row?.count ?? 0) + change),
  });
}
