import { whenReady } from '../../base/index.ts';
import {
  aliasArn,
  decodeCiphertextBlob,
  keyArn,
  keySpecProperties,
  KmsError,
  parseKmsArn,
  type AliasRow,
  type Scope,
} from '../../domain/index.ts';
import { compilePolicy, parsePolicy } from '../../policy/index.ts';
import type { CachedKey } from '../caches/key-cache.ts';
import { uncreatedManagedKey } from '../managed-keys/managed-key.ts';
import type { LookupContext, ResolvedKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';

type KeyLookup = Pick<Services, 'keys' | 'clock'>;

const KEY_ID =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
export const ALIAS_PREFIX = 'alias/';

export function resolvedKey({ key, policy }: CachedKey): ResolvedKey {
  return { kind: 'key', key, policy, scope: key, arn: keyArn(key, key.keyId) };
}

/**
 * Finds a key by ID, alias or ARN. In the caller's own account and Region, also returns an AWS
 * managed key that does not exist yet.
 */
export async function keyOrUncreated(
  lookup: KeyLookup,
  context: LookupContext,
  id: string,
): Promise<ResolvedKey> {
  const arn = parseKmsArn(id);
  const name = arn?.resource ?? id;
  const own =
    arn === undefined ||
    (arn.account === context.scope.account && arn.region === context.scope.region);
  const uncreated = own ? uncreatedManagedKey(context.scope, name, lookup.clock.now()) : undefined;
  if (!uncreated || (await lookup.keys.alias(context.scope, name)))
    return resolvedKey(await keyById(lookup, context, id, true));
  return {
    ...resolvedKey({ key: uncreated, policy: compilePolicy(parsePolicy(uncreated.policy)) }),
    uncreated: true,
  };
}

/**
 * Finds a key by ID or ARN, or by alias if `aliases` is true. If it is undefined, an alias is
 * rejected with KMS's error for aliases; if it is false, an alias is treated as an unknown key ID.
 */
export function keyById(
  lookup: KeyLookup,
  context: LookupContext,
  id: string,
  aliases: boolean | undefined,
): CachedKey | Promise<CachedKey> {
  const arn = id.startsWith('arn:') ? parseKmsArn(id) : undefined;
  if (id.startsWith('arn:') && !arn) throw new KmsError('InvalidArnException', `Invalid arn ${id}`);
  if (arn && arn.region !== context.scope.region)
    throw new KmsError('NotFoundException', `Invalid arn ${arn.region}`);
  const scope = arn ?? context.scope;
  const name = arn ? arn.resource : id;
  if (name.startsWith(ALIAS_PREFIX) && aliases !== false) {
    if (aliases === undefined)
      throw new KmsError(
        'InvalidArnException',
        'Key Aliases are not supported for this operation.',
      );
    return keyByAlias(lookup, context, scope, name).then(({ cached }) => cached);
  }
  const keyId = arn ? name.replace(/^key\//, '') : name;
  if (!KEY_ID.test(keyId)) throw new KmsError('NotFoundException', `Invalid keyId '${id}'`);
  return whenReady(lookup.keys.key(scope, keyId), (cached) => {
    if (cached) return cached;
    throw missing(context, scope, `Key '${keyArn(scope, keyId)}' does not exist`);
  });
}

export async function keyByAlias(
  lookup: KeyLookup,
  context: LookupContext,
  scope: Scope,
  name: string,
): Promise<{ readonly alias: AliasRow; readonly cached: CachedKey }> {
  const alias = await lookup.keys.alias(scope, name);
  const cached = alias && (await lookup.keys.key(scope, alias.keyId));
  if (cached) return { alias, cached };
  throw missing(context, scope, `Alias ${aliasArn(scope, name)} is not found.`);
}

/**
 * Returns the error for a missing resource. In another account it must be indistinguishable from a
 * forbidden one.
 */
export function missing({ caller, action }: LookupContext, scope: Scope, text: string): KmsError {
  if (scope.account === caller.account) return new KmsError('NotFoundException', text);
  return new KmsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  );
}

/**
 * Finds the key of a ciphertext: the key that the caller names, else the one in the ciphertext's
 * header. A ciphertext whose key does not exist looks like one under a forbidden key.
 */
export async function keyOfCiphertext(
  lookup: KeyLookup,
  context: LookupContext,
  blob: Uint8Array,
  id: string | undefined,
): Promise<ResolvedKey> {
  const named = id === undefined ? undefined : await keyById(lookup, context, id, true);
  if (named && keySpecProperties(named.key.keySpec).family !== 'symmetric')
    return resolvedKey(named);
  const parts = decodeCiphertextBlob(blob);
  if (!parts) {
    const invalid = new KmsError('InvalidCiphertextException');
    if (named) return { ...resolvedKey(named), deferred: invalid };
    throw invalid;
  }
  const { materialId } = parts;
  const material = await lookup.keys.material(materialId, context.scope.region);
  const cached =
    named ??
    (material &&
      (await lookup.keys.key(
        { account: material.account, region: material.region },
        material.keyId,
      )));
  if (!cached) throw unknownCiphertext();
  if (material?.keyId === cached.key.keyId) return { ...resolvedKey(cached), materialId };
  return {
    ...resolvedKey(cached),
    deferred: material ? incorrectKey() : new KmsError('InvalidCiphertextException'),
  };
}

/** Returns the error for a ciphertext whose key does not exist, or must not be disclosed. */
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
