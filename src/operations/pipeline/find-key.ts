import { whenReady } from '../../base/index.ts';
import {
  aliasArn,
  keyArn,
  keySpecProperties,
  KmsError,
  openEnvelope,
  parseKmsArn,
  type Scope,
} from '../../domain/index.ts';
import { compilePolicy, parsePolicy } from '../../policy/index.ts';
import type { KnownKey } from '../caches/key-cache.ts';
import { plannedManagedKey } from '../managed-keys/managed-key.ts';
import type { Asker, FoundKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';

type Directory = Pick<Services, 'keys' | 'clock'>;

const KEY_ID =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
export const ALIAS_PREFIX = 'alias/';

export function foundKey({ key, policy }: KnownKey): FoundKey {
  return { kind: 'key', key, policy, scope: key, arn: keyArn(key, key.keyId) };
}

/** The key of the id, alias or ARN; of the caller's own account also an AWS managed key that is still to be made. */
export async function keyOrPlanned(
  directory: Directory,
  asker: Asker,
  id: string,
): Promise<FoundKey> {
  const arn = parseKmsArn(id);
  const name = arn?.resource ?? id;
  const own =
    arn === undefined || (arn.account === asker.scope.account && arn.region === asker.scope.region);
  const planned = own ? plannedManagedKey(asker.scope, name, directory.clock.now()) : undefined;
  if (!planned || (await directory.keys.alias(asker.scope, name)))
    return foundKey(await keyById(directory, asker, id, true));
  return {
    ...foundKey({ key: planned, policy: compilePolicy(parsePolicy(planned.policy)) }),
    planned: true,
  };
}

/** The key of the id or ARN, or of an alias: `undefined` refuses aliases in KMS's words for it, `false` finds no key by that id. */
export function keyById(
  directory: Directory,
  asker: Asker,
  id: string,
  aliases: boolean | undefined,
): KnownKey | Promise<KnownKey> {
  const arn = id.startsWith('arn:') ? parseKmsArn(id) : undefined;
  if (id.startsWith('arn:') && !arn) throw new KmsError('InvalidArnException', `Invalid arn ${id}`);
  if (arn && arn.region !== asker.scope.region)
    throw new KmsError('NotFoundException', `Invalid arn ${arn.region}`);
  const scope = arn ?? asker.scope;
  const name = arn ? arn.resource : id;
  if (name.startsWith(ALIAS_PREFIX) && aliases !== false) {
    if (aliases === undefined)
      throw new KmsError(
        'InvalidArnException',
        'Key Aliases are not supported for this operation.',
      );
    return keyByAlias(directory, asker, scope, name);
  }
  const keyId = arn ? name.replace(/^key\//, '') : name;
  if (!KEY_ID.test(keyId)) throw new KmsError('NotFoundException', `Invalid keyId '${id}'`);
  return whenReady(directory.keys.key(scope, keyId), (known) => {
    if (known) return known;
    throw missing(asker, scope, `Key '${keyArn(scope, keyId)}' does not exist`);
  });
}

export async function keyByAlias(
  directory: Directory,
  asker: Asker,
  scope: Scope,
  name: string,
): Promise<KnownKey> {
  const alias = await directory.keys.alias(scope, name);
  const known = alias && (await directory.keys.key(scope, alias.keyId));
  if (known) return known;
  throw missing(asker, scope, `Alias ${aliasArn(scope, name)} is not found.`);
}

/** In another account, what is missing must look the same as what is forbidden. */
export function missing({ caller, action }: Asker, scope: Scope, text: string): KmsError {
  if (scope.account === caller.account) return new KmsError('NotFoundException', text);
  return new KmsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}

/**
 * The key is the one that the caller named, or else the one of the ciphertext's header. A ciphertext that names no key
 * of ours is told apart from a forbidden one in nothing.
 */
export async function keyOfCiphertext(
  directory: Directory,
  asker: Asker,
  blob: Uint8Array,
  id: string | undefined,
): Promise<FoundKey> {
  const named = id === undefined ? undefined : await keyById(directory, asker, id, true);
  if (named && keySpecProperties(named.key.keySpec).family !== 'symmetric') return foundKey(named);
  const envelope = openEnvelope(blob);
  if (!envelope) {
    const invalid = new KmsError('InvalidCiphertextException');
    if (named) return { ...foundKey(named), deferred: invalid };
    throw invalid;
  }
  const { materialId } = envelope;
  const material = await directory.keys.material(materialId, asker.scope.region);
  const known =
    named ??
    (material &&
      (await directory.keys.key(
        { account: material.account, region: material.region },
        material.keyId,
      )));
  if (!known) throw unknownCiphertext();
  if (material?.keyId === known.key.keyId) return { ...foundKey(known), materialId };
  return {
    ...foundKey(known),
    deferred: material ? incorrectKey() : new KmsError('InvalidCiphertextException'),
  };
}

/** What is said of a ciphertext whose key is not there, and also of one whose key must not show. */
export function unknownCiphertext(): KmsError {
  return new KmsError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );
}

function incorrectKey(): KmsError {
  return new KmsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}
