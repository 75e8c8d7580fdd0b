import { keyArn, keySpecProperties, KmsError, type KeyRow } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';

/** Rejects names under `alias/aws/`, which are reserved for AWS managed keys. */
export function rejectReservedAlias(name: string): void {
  if (name.startsWith('alias/aws/'))
    throw new KmsError(
      'NotAuthorizedException',
      'AWS managed aliases can not be created, changed or deleted.',
    );
}

/**
 * Requires that the key exists and can have one more alias. Runs in the transaction that adds the
 * alias.
 */
export async function requireRoomForAlias(
  reader: Reader,
  { account, region, keyId }: KeyRow,
  limit: number,
): Promise<void> {
  if (!(await reader.get('keys', account, region, keyId))) {
    throw new KmsError(
      'NotFoundException',
      `Key '${keyArn({ account, region }, keyId)}' does not exist`,
    );
  }
  const present = await reader.find('aliases', 'byKey', [account, region, keyId], { limit });
  if (present.length >= limit)
    throw new KmsError('LimitExceededException', `A key can have at most ${limit} aliases.`);
}

/**
 * Requires two keys of the same type and usage. An alias can move only between these, so that code
 * that uses it keeps working.
 */
export function requireSameType(from: KeyRow, to: KeyRow): void {
  const [old, now] = [from, to].map(({ keySpec }) => keySpecProperties(keySpec).family);
  if (old !== now) {
    throw new KmsError(
      'ValidationException',
      `The alias is of a key of type ${old} and can not be associated with one of type ${now}.`,
    );
  }
  if (from.keyUsage !== to.keyUsage) {
    throw new KmsError(
      'ValidationException',
      `The alias is of a key with usage ${from.keyUsage} and can not be associated with one with usage ${to.keyUsage}.`,
    );
  }
}
