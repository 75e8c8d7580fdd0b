import { whenReady } from '../../base/index.ts';
import { aliasArn, clusterArn, KmsError, type Scope } from '../../domain/index.ts';
import { requireGrantId } from '../grants/grant-id.ts';
import { grantOfToken } from '../grants/grant-token.ts';
import type { IamTarget, Target } from '../operation.ts';
import type {
  LookupContext,
  ResolvedAlias,
  ResolvedCluster,
  ResolvedIam,
  ResolvedKey,
  ResolvedTarget,
} from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { findBackup } from './find-backup.ts';
import {
  ALIAS_PREFIX,
  keyByAlias,
  keyById,
  keyOfCiphertext,
  keyOrUncreated,
  missing,
  resolvedKey,
} from './find-key.ts';

type TargetLookup = Pick<Services, 'keys' | 'store' | 'clock'>;

/** Looks up the resource that a target names. This is the first step of the inner half. */
export function resolveTarget(
  lookup: TargetLookup,
  context: LookupContext,
  target: Target,
): ResolvedTarget | Promise<ResolvedTarget> {
  switch (target.on) {
    case 'service':
      return { kind: 'service', scope: context.scope, arn: '*' };
    case 'key':
      return target.orUncreated
        ? keyOrUncreated(lookup, context, target.id)
        : whenReady(
            keyById(lookup, inRegion(context, target.region), target.id, target.aliases),
            resolvedKey,
          );
    case 'ciphertext':
      return keyOfCiphertext(lookup, context, target.blob, target.id);
    case 'alias':
      return aliasByName(lookup, context.scope, target.name);
    case 'alias-key':
      return keyOfAlias(lookup, context, target.name);
    case 'grant':
      return grantNamed(lookup, context, target);
    case 'cluster':
      return clusterById(lookup, context.scope, target.clusterId);
    case 'backup':
      return findBackup(lookup, context, target);
    case 'iam':
      return iamResource(lookup, context, target);
  }
}

function inRegion(context: LookupContext, region: string | undefined): LookupContext {
  return region === undefined
    ? context
    : { ...context, scope: { account: context.scope.account, region } };
}

async function aliasByName(
  lookup: TargetLookup,
  scope: Scope,
  name: string,
): Promise<ResolvedAlias> {
  if (!name.startsWith(ALIAS_PREFIX) || name.length === ALIAS_PREFIX.length) {
    throw new KmsError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  return {
    kind: 'alias',
    name,
    alias: await lookup.keys.alias(scope, name),
    scope,
    arn: aliasArn(scope, name),
  };
}

async function keyOfAlias(
  lookup: TargetLookup,
  context: LookupContext,
  name: string,
): Promise<ResolvedKey> {
  const { alias, cached } = await keyByAlias(lookup, context, context.scope, name);
  return { ...resolvedKey(cached), alias };
}

async function grantNamed(
  lookup: TargetLookup,
  context: LookupContext,
  { token, id, grantId }: Extract<Target, { on: 'grant' }>,
): Promise<ResolvedKey> {
  if (token !== undefined && id === undefined && grantId === undefined) {
    const grant = await lookup.store.read((reader) =>
      grantOfToken(reader, token, context.scope.region),
    );
    const cached = await lookup.keys.key(grant, grant.keyId);
    if (!cached) throw new KmsError('InvalidGrantTokenException', 'The grant token is not valid.');
    return { ...resolvedKey(cached), grant };
  }
  if (token !== undefined || id === undefined || grantId === undefined) {
    throw new KmsError(
      'ValidationException',
      'You must specify either a grant token, or a key ARN and a grant ID.',
    );
  }
  // Check the form first: the error must not depend on whether another account's key exists.
  requireGrantId(grantId);
  const cached = await keyById(lookup, context, id, undefined);
  const { account, region, keyId } = cached.key;
  const grant = await lookup.store.read((reader) =>
    reader.get('grants', account, region, keyId, grantId),
  );
  if (!grant) throw missing(context, cached.key, `Grant ID ${grantId} not found`);
  return { ...resolvedKey(cached), grant };
}

async function clusterById(
  lookup: TargetLookup,
  scope: Scope,
  clusterId: string,
): Promise<ResolvedCluster> {
  const cluster = await lookup.store.read((reader) =>
    reader.get('clusters', scope.account, scope.region, clusterId),
  );
  return { kind: 'cluster', clusterId, cluster, scope, arn: clusterArn(scope, clusterId) };
}

async function iamResource(
  lookup: TargetLookup,
  { caller, scope }: LookupContext,
  { find }: IamTarget,
): Promise<ResolvedIam> {
  const resource = await lookup.store.read((reader) => find(reader, caller));
  return { ...resource, kind: 'iam', scope: { account: resource.account, region: scope.region } };
}
