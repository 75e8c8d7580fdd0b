import {
  aliasArn,
  clusterArn,
  keyArn,
  keySpecFacts,
  KmsError,
  openEnvelope,
  parseKmsArn,
  type AliasRecord,
  type ClusterRecord,
  type GrantRecord,
  type KeyRecord,
  type Principal,
  type Scope,
} from '../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../policy/index.ts';
import { grantOfToken } from './grants/grant-token.ts';
import type { KnownKey } from './key-directory.ts';
import { notAlias, requireGrantId } from './kms/grants/grant-input.ts';
import { plannedManagedKey } from './kms/managed-keys/managed-key.ts';
import type { IamPlace, IamTarget, Target } from './operation.ts';
import type { Services } from './services.ts';

/** A target found, not yet authorised. What is wrong with it that only an authorised caller may learn is `deferred`. */
export type Found = FoundKey | FoundAlias | FoundCluster | FoundIam | FoundService;

interface Place {
  readonly scope: Scope;
  /** What policies call it. */
  readonly arn: string;
}
export interface FoundKey extends Place {
  readonly kind: 'key';
  readonly key: KeyRecord;
  readonly policy: CompiledPolicy;
  readonly planned?: true;
  /** For a `grant` target. */
  readonly grant?: GrantRecord;
  readonly materialId?: string;
  readonly deferred?: KmsError;
}
export interface FoundAlias extends Place {
  readonly kind: 'alias';
  readonly name: string;
  readonly alias: AliasRecord | undefined;
}
export interface FoundCluster extends Place {
  readonly kind: 'cluster';
  readonly clusterId: string;
  readonly cluster: ClusterRecord | undefined;
}
export interface FoundIam extends Place, IamPlace {
  readonly kind: 'iam';
}
export interface FoundService extends Place {
  readonly kind: 'service';
}

export interface Asker {
  readonly caller: Principal;
  readonly scope: Scope;
  /** The IAM action asked for, for texts. */
  readonly action: string;
}

type Directory = Pick<Services, 'keys' | 'store' | 'clock'>;

const KEY_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const ALIAS_PREFIX = 'alias/';

/** Finds what a target names: the first stage of the pipeline's inner half. */
export async function resolveTarget(directory: Directory, asker: Asker, target: Target): Promise<Found> {
  switch (target.on) {
    case 'service':
      return { kind: 'service', scope: asker.scope, arn: '*' };
    case 'key':
      return target.orPlanned
        ? keyOrPlanned(directory, asker, target.id)
        : foundKey(await keyById(directory, inRegion(asker, target.region), target.id, target.aliases));
    case 'ciphertext':
      return keyOfCiphertext(directory, asker, target.blob, target.id);
    case 'alias':
      return aliasByName(directory, asker.scope, target.name);
    case 'alias-key':
      return foundKey(await keyByAlias(directory, asker, asker.scope, target.name));
    case 'grant':
      return grantNamed(directory, asker, target);
    case 'cluster':
      return clusterById(directory, asker.scope, target.clusterId);
    case 'iam':
      return iamPlace(directory, asker, target);
  }
}

function inRegion(asker: Asker, region: string | undefined): Asker {
  return region === undefined ? asker : { ...asker, scope: { account: asker.scope.account, region } };
}

/** The key of the id, alias or ARN; of the caller's own account also an AWS managed key that is still to be made. */
async function keyOrPlanned(directory: Directory, asker: Asker, id: string): Promise<FoundKey> {
  const arn = parseKmsArn(id);
  const name = arn?.resource ?? id;
  const own = arn === undefined || (arn.account === asker.scope.account && arn.region === asker.scope.region);
  const planned = own ? plannedManagedKey(asker.scope, name, directory.clock.now()) : undefined;
  if (!planned || (await directory.keys.alias(asker.scope, name))) return foundKey(await keyById(directory, asker, id, true));
  return { ...foundKey({ key: planned, policy: compilePolicy(parsePolicy(planned.policy)) }), planned: true };
}

function foundKey({ key, policy }: KnownKey): FoundKey {
  return { kind: 'key', key, policy, scope: key, arn: keyArn(key, key.keyId) };
}

async function keyById(directory: Directory, asker: Asker, id: string, aliases: boolean | undefined): Promise<KnownKey> {
  const arn = id.startsWith('arn:') ? parseKmsArn(id) : undefined;
  if (id.startsWith('arn:') && !arn) throw new KmsError('InvalidArnException', `Invalid arn ${id}`);
  if (arn && arn.region !== asker.scope.region) throw new KmsError('NotFoundException', `Invalid arn ${arn.region}`);
  const scope = arn ?? asker.scope;
  const name = arn ? arn.resource : id;
  if (name.startsWith(ALIAS_PREFIX) && aliases !== false) {
    if (aliases === undefined) throw new KmsError('InvalidArnException', 'Key Aliases are not supported for this operation.');
    return keyByAlias(directory, asker, scope, name);
  }
  const keyId = arn ? name.replace(/^key\//, '') : name;
  if (!KEY_ID.test(keyId)) throw new KmsError('NotFoundException', `Invalid keyId '${id}'`);
  const known = await directory.keys.key(scope, keyId);
  if (known) return known;
  throw missing(asker, scope, `Key '${keyArn(scope, keyId)}' does not exist`);
}

async function keyByAlias(directory: Directory, asker: Asker, scope: Scope, name: string): Promise<KnownKey> {
  const alias = await directory.keys.alias(scope, name);
  const known = alias && (await directory.keys.key(scope, alias.keyId));
  if (known) return known;
  throw missing(asker, scope, `Alias ${aliasArn(scope, name)} is not found.`);
}

/** In another account, what is missing must look the same as what is forbidden. */
function missing({ caller, action }: Asker, scope: Scope, text: string): KmsError {
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
async function keyOfCiphertext(directory: Directory, asker: Asker, blob: Uint8Array, id: string | undefined): Promise<FoundKey> {
  const named = id === undefined ? undefined : await keyById(directory, asker, id, true);
  if (named && keySpecFacts(named.key.keySpec).family !== 'symmetric') return foundKey(named);
  const envelope = openEnvelope(blob);
  if (!envelope) {
    const invalid = new KmsError('InvalidCiphertextException');
    if (named) return { ...foundKey(named), deferred: invalid };
    throw invalid;
  }
  const { materialId } = envelope;
  const material = await directory.keys.material(materialId, asker.scope.region);
  const known = named ?? (material && (await directory.keys.key({ account: material.account, region: material.region }, material.keyId)));
  if (!known) throw unknownCiphertext();
  if (material?.keyId === known.key.keyId) return { ...foundKey(known), materialId };
  return { ...foundKey(known), deferred: material ? incorrectKey() : new KmsError('InvalidCiphertextException') };
}

function unknownCiphertext(): KmsError {
  return new KmsError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );
}

function incorrectKey(): KmsError {
  return new KmsError('IncorrectKeyException', 'The key ID in the request does not identify a CMK that can perform this operation.');
}

async function aliasByName(directory: Directory, scope: Scope, name: string): Promise<FoundAlias> {
  if (!name.startsWith(ALIAS_PREFIX) || name.length === ALIAS_PREFIX.length) {
    throw new KmsError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  return { kind: 'alias', name, alias: await directory.keys.alias(scope, name), scope, arn: aliasArn(scope, name) };
}

async function grantNamed(directory: Directory, asker: Asker, { token, id, grantId }: Extract<Target, { on: 'grant' }>): Promise<FoundKey> {
  if (token !== undefined && id === undefined && grantId === undefined) {
    const grant = await directory.store.read((reader) => grantOfToken(reader, token, asker.scope.region));
    const known = await directory.keys.key(grant, grant.keyId);
    if (!known) throw new KmsError('InvalidGrantTokenException', 'The grant token is not valid.');
    return { ...foundKey(known), grant };
  }
  if (token !== undefined || id === undefined || grantId === undefined) {
    throw new KmsError('ValidationException', 'You must specify either a grant token, or a key ARN and a grant ID.');
  }
  const known = await keyById(directory, asker, notAlias(id), false);
  requireGrantId(grantId);
  const { account, region, keyId } = known.key;
  const grant = await directory.store.read((reader) => reader.get('grants', account, region, keyId, grantId));
  if (!grant) throw missing(asker, known.key, `Grant ID ${grantId} not found`);
  return { ...foundKey(known), grant };
}

async function clusterById(directory: Directory, scope: Scope, clusterId: string): Promise<FoundCluster> {
  const cluster = await directory.store.read((reader) => reader.get('clusters', scope.account, scope.region, clusterId));
  return { kind: 'cluster', clusterId, cluster, scope, arn: clusterArn(scope, clusterId) };
}

async function iamPlace(directory: Directory, { caller, scope }: Asker, { find }: IamTarget): Promise<FoundIam> {
  const place = await directory.store.read((reader) => find(reader, caller));
  return { ...place, kind: 'iam', scope: { account: place.account, region: scope.region } };
}
