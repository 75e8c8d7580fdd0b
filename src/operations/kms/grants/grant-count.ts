import { keyArn, KmsError, type KeyRef } from '../../../domain/index.ts';
import type { Reader, Transaction } from '../../../storage/index.ts';

function countName({ keyId }: KeyRef): `grants of ${string}` {
  return `grants of ${keyId}`;
}

/** Refuses one more grant where there are as many on the key as may be, or where the key has gone meanwhile. */
export async function requireRoomForGrant(
  reader: Reader,
  key: KeyRef,
  most: number,
): Promise<void> {
  if (!(await reader.get('keys', key.account, key.region, key.keyId))) {
    throw new KmsError('NotFoundException', `Key '${keyArn(key, key.keyId)}' does not exist`);
  }
  const row = await reader.get('counts', key.account, key.region, countName(key));
  if ((row?.count ?? 0) < most) return;
  throw new KmsError(
    'LimitExceededException',
    `The KMS key has ${most} grants, which is the most that it may have.`,
  );
}

/** Keeps the count in step with the grants, in the transaction that makes or removes them. */
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

/** Takes a grant away; whether it was there. */
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

/** Takes all grants of a key away that is deleted. */
export async function removeGrants(
  transaction: Transaction,
  { account, region, keyId }: KeyRef,
): Promise<void> {
  for (const { grantId } of await transaction.list('grants', [account, region, keyId])) {
    await transaction.delete('grants', account, region, keyId, grantId);
  }
  await transaction.delete('counts', account, region, countName({ account, region, keyId }));
}
