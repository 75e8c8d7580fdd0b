/** The rows that a resolved target stands for. */
import {
  aliasArn,
  keyArn,
  KmsError,
  type AliasRow,
  type GrantRow,
  type KeyRow,
} from '../domain/index.ts';
import type { AuthorizedBackup, AuthorizedCluster } from './operation.ts';
import type { ResolvedBackup, ResolvedCluster, ResolvedTarget } from './resolved-target.ts';
import type { RowRef } from './row-ref.ts';

export function keyRef(row: KeyRow): RowRef<'keys'> {
  const { account, region, keyId } = row;
  return {
    table: 'keys',
    key: [account, region, keyId],
    row,
    missing: () => notFound(`Key '${keyArn(row, keyId)}' does not exist`),
  };
}

function aliasRef(row: AliasRow): RowRef<'aliases'> {
  const { account, region, name } = row;
  return {
    table: 'aliases',
    key: [account, region, name],
    row,
    missing: () => notFound(`Alias ${aliasArn(row, name)} is not found.`),
  };
}

function grantRef(row: GrantRow): RowRef<'grants'> {
  const { account, region, keyId, grantId } = row;
  return {
    table: 'grants',
    key: [account, region, keyId, grantId],
    row,
    missing: () => notFound(`Grant ID ${grantId} not found`),
  };
}

export function clusterRef({
  cluster,
  clusterId,
  scope: { account, region },
}: AuthorizedCluster | ResolvedCluster): RowRef<'clusters'> {
  return {
    table: 'clusters',
    key: [account, region, clusterId],
    row: cluster?.state === 'DELETED' ? undefined : cluster,
    missing: () => cloudHsmNotFound(`Cluster '${clusterId}' was not found.`),
  };
}

export function backupRef({
  backup,
  backupId,
  name,
  scope: { account, region },
}: AuthorizedBackup | ResolvedBackup): RowRef<'backups'> {
  return {
    table: 'backups',
    key: [account, region, backupId],
    row: backup,
    missing: () =>
      cloudHsmNotFound(
        `${name.startsWith('arn:') ? 'Resource' : 'Backup'} '${name}' was not found.`,
      ),
  };
}

/**
 * Returns the rows that must not become other ones between authorization and transaction. The name
 * of an alias stays the same whatever it points at, and an AWS managed key that does not exist yet
 * has no row.
 */
export function rowsOf(resolved: ResolvedTarget): readonly RowRef[] {
  switch (resolved.kind) {
    case 'service':
    case 'alias':
      return [];
    case 'key': {
      const { key, grant, alias, uncreated } = resolved;
      if (uncreated) return [];
      return [
        keyRef(key),
        ...(grant ? [grantRef(grant)] : []),
        ...(alias ? [aliasRef(alias)] : []),
      ];
    }
    case 'cluster':
      return [clusterRef(resolved)];
    case 'backup':
      return [backupRef(resolved)];
    case 'iam':
      return resolved.rows;
  }
}

function notFound(text: string): KmsError {
  return new KmsError('NotFoundException', text);
}

function cloudHsmNotFound(text: string): KmsError {
  return new KmsError('CloudHsmResourceNotFoundException', text);
}
