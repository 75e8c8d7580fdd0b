import { whenReady } from '../../base/index.ts';
import { aliasArn, backupArn, clusterArn, KmsError, type Scope } from '../../domain/index.ts';
import { requireGrantId } from '../grants/grant-id.ts';
import { grantOfToken } from '../grants/grant-token.ts';
import type { IamTarget, Target } from '../operation.ts';
import type {
  Asker,
  Found,
  FoundAlias,
  FoundBackup,
  FoundCluster,
  FoundIam,
  FoundKey,
} from '../resolved-target.ts';
import type { Services } from '../services.ts';
import {
  ALIAS_PREFIX,
  foundKey,
  keyByAlias,
  keyById,
  keyOfCiphertext,
  keyOrPlanned,
  missing,
} from './find-key.ts';

type Directory = Pick<Services, 'keys' | 'store' | 'clock'>;

/** Finds what a target names: the first stage of the pipeline's inner half. */
export function resolveTarget(
  directory: Directory,
  asker: Asker,
  target: Target,
): Found | Promise<Found> {
  switch (target.on) {
    case 'service':
      return { kind: 'service', scope: asker.scope, arn: '*' };
    case 'key':
      return target.orPlanned
        ? keyOrPlanned(directory, asker, target.id)
        : whenReady(
            keyById(directory, inRegion(asker, target.region), target.id, target.aliases),
            foundKey,
          );
    case 'ciphertext':
      return keyOfCiphertext(directory, asker, target.blob, target.id);
    case 'alias':
      return aliasByName(directory, asker.scope, target.name);
    case 'alias-key':
      return keyByAlias(directory, asker, asker.scope, target.name).then(foundKey);
    case 'grant':
      return grantNamed(directory, asker, target);
    case 'cluster':
      return clusterById(directory, asker.scope, target.clusterId);
    case 'backup':
      return backupById(directory, asker.scope, target.backupId);
    case 'iam':
      return iamPlace(directory, asker, target);
  }
}

function inRegion(asker: Asker, region: string | undefined): Asker {
  return region === undefined
    ? asker
    : { ...asker, scope: { account: asker.scope.account, region } };
}

async function aliasByName(directory: Directory, scope: Scope, name: string): Promise<FoundAlias> {
  if (!name.startsWith(ALIAS_PREFIX) || name.length === ALIAS_PREFIX.length) {
    throw new KmsError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  return {
    kind: 'alias',
    name,
    alias: await directory.keys.alias(scope, name),
    scope,
    arn: aliasArn(scope, name),
  };
}

async function grantNamed(
  directory: Directory,
  asker: Asker,
  { token, id, grantId }: Extract<Target, { on: 'grant' }>,
): Promise<FoundKey> {
  if (token !== undefined && id === undefined && grantId === undefined) {
    const grant = await directory.store.read((reader) =>
      grantOfToken(reader, token, asker.scope.region),
    );
    const known = await directory.keys.key(grant, grant.keyId);
    if (!known) throw new KmsError('InvalidGrantTokenException', 'The grant token is not valid.');
    return { ...foundKey(known), grant };
  }
  if (token !== undefined || id === undefined || grantId === undefined) {
    throw new KmsError(
      'ValidationException',
      'You must specify either a grant token, or a key ARN and a grant ID.',
    );
  }
  // First of all: of another account's key nothing may show, not even by which of two things is wrong.
  requireGrantId(grantId);
  const known = await keyById(directory, asker, id, undefined);
  const { account, region, keyId } = known.key;
  const grant = await directory.store.read((reader) =>
    reader.get('grants', account, region, keyId, grantId),
  );
  if (!grant) throw missing(asker, known.key, `Grant ID ${grantId} not found`);
  return { ...foundKey(known), grant };
}

async function clusterById(
  directory: Directory,
  scope: Scope,
  clusterId: string,
): Promise<FoundCluster> {
  const cluster = await directory.store.read((reader) =>
    reader.get('clusters', scope.account, scope.region, clusterId),
  );
  return { kind: 'cluster', clusterId, cluster, scope, arn: clusterArn(scope, clusterId) };
}

async function backupById(
  directory: Directory,
  scope: Scope,
  backupId: string,
): Promise<FoundBackup> {
  const backup = await directory.store.read((reader) =>
    reader.get('backups', scope.account, scope.region, backupId),
  );
  return { kind: 'backup', backupId, backup, scope, arn: backupArn(scope, backupId) };
}

async function iamPlace(
  directory: Directory,
  { caller, scope }: Asker,
  { find }: IamTarget,
): Promise<FoundIam> {
  const place = await directory.store.read((reader) => find(reader, caller));
  return { ...place, kind: 'iam', scope: { account: place.account, region: scope.region } };
}
