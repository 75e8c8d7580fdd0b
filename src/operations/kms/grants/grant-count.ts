import { keyArn, KmsError, type KeyRef } from '../../../domain/index.ts';
import type { Reader, Transaction } from '../../../storage/index.ts';

function countName({ keyId }: KeyRef): `grants of ${string}` {
  return `grants of ${keyId}`;
}

/** Requires that the key exists and can have one more grant. */
export async function requireRoomForGrant(
  reader: Reader,
  key: KeyRef,
  limit: number,
): Promise<void> {
  if (!(await reader.get('keys', key.account, key.region, key.keyId))) {
    throw new KmsError('NotFoundException', `Key '${keyArn(key, key.keyId)}' does not exist`);
  }
  const row = await reader.get('counts', key.account, key.region, countName(key));
  if ((row?.count ?? 0) < limit) return;
  throw new KmsError(
    'LimitExceededException',
    `The KMS key has ${limit} grants, which is the most that it may have.`,
  );
}

/** Updates the count of a key's grants, in the transaction that creates or removes them. */
export async function countGrants(
  transaction: Transaction,
  key: KeyRef,
  change: number,
): Promise<void> {
  const { account, region } = key;
  const of = countName(key);
  const count = ((await transaction.get('counts', account, region, of))?.count ?? 0) + change;
  if (count > 0) await transaction.put('counts', { account, region, of, count });
  else await transaction.delete('counts', account, region, of);
}

/** Removes a grant. Returns whether it existed. */
export async function removeGrant(
  transaction: Transaction,
  key: KeyRef,
  grantId: string,
): Promise<boolean> {
  const { account, region, keyId } = key;
  if (!(await transaction.get('grants', account, region, keyId, grantId))) return false;
  await transaction.delete('grants', account, region, keyId, grantId);
  await countGrants(transaction, key, -1);
  return true;
}

/** Removes all grants of a key that is deleted. */
export async function removeGrants(
  transaction: Transaction,
  { account, region, keyId }: KeyRef,
): Promise<void> {
  for (const { grantId } of await transaction.list('grants', [account, region, keyId])) {
    await transaction.delete('grants', account, region, keyId, grantId);
  }
  await transaction.delete('counts', account, region, countName({ account, region, keyId }));
}
