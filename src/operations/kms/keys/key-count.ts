import { KmsError, type KeyRow } from '../../../domain/index.ts';
import type { Reader, Transaction } from '../../../storage/index.ts';

type CountedKey = Pick<KeyRow, 'account' | 'region' | 'keyManager'>;

/** Refuses one more key where there are as many as may be. AWS managed keys don't count. */
export async function requireRoomForKey(
  reader: Reader,
  { account, region }: Omit<CountedKey, 'keyManager'>,
  most: number,
): Promise<void> {
  const row = await reader.get('counts', account, region, 'keys');
  if ((row?.count ?? 0) < most) return;
  throw new KmsError(
    'LimitExceededException',
    `The account has ${most} KMS keys in this Region, which is the most that it may have.`,
  );
}

/** Keeps the count in step with the keys, in the transaction that makes or deletes one. */
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
