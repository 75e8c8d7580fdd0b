import { keyArn, keySpecProperties, KmsError, type KeyRow } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';

/** Names under `alias/aws/` are AWS's own. */
export function refuseReservedAlias(name: string): void {
  if (name.startsWith('alias/aws/'))
    throw new KmsError(
      'NotAuthorizedException',
      'AWS managed aliases can not be created, changed or deleted.',
    );
}

/** In the transaction that gives the key an alias: the key is still there, and has room for it. */
export async function requireRoomForAlias(
  reader: Reader,
  { account, region, keyId }: KeyRow,
  most: number,
): Promise<void> {
  if (!(await reader.get('keys', account, region, keyId))) {
    throw new KmsError(
      'NotFoundException',
      `Key '${keyArn({ account, region }, keyId)}' does not exist`,
    );
  }
  const present = await reader.find('aliases', 'byKey', [account, region, keyId], { limit: most });
  if (present.length >= most)
    throw new KmsError('LimitExceededException', `A key can have at most ${most} aliases.`);
}

/** An alias is moved between keys of one type and usage only, so that code that names it goes on working. */
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
