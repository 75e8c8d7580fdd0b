import { KmsError, type BackupRow, type ClusterRow, type Tag } from '../../domain/index.ts';
import type { AuthorizedBackup, AuthorizedCluster, Target } from '../operation.ts';
import { amend } from '../row-ref.ts';
import type { Services } from '../services.ts';
import { backupRef, clusterRef } from '../target-rows.ts';
import { requireBackup } from './require-backup.ts';
import { requireCluster } from './require-cluster.ts';

type On<K extends Target['on']> = Extract<Target, { on: K }>;

interface TaggedTargets {
  readonly cluster: AuthorizedCluster | undefined;
  readonly backup: AuthorizedBackup | undefined;
}

/** Returns the targets for a resource ID, which names a cluster or a backup. */
export function taggedTargets(resourceId: string): {
  cluster: On<'cluster'> | undefined;
  backup: On<'backup'> | undefined;
} {
  const isBackup = resourceId.startsWith('backup-');
  return {
    cluster: isBackup ? undefined : { on: 'cluster', clusterId: resourceId },
    backup: isBackup ? { on: 'backup', name: resourceId } : undefined,
  };
}

export function taggedRow({ cluster, backup }: TaggedTargets): ClusterRow | BackupRow {
  if (backup) return requireBackup(backup);
  if (cluster) return requireCluster(cluster);
  throw new KmsError('CloudHsmResourceNotFoundException');
}

/** Changes the current tags of the resource. */
export async function amendTags(
  { store }: Services,
  { backup, cluster }: TaggedTargets,
  change: (tags: readonly Tag[]) => readonly Tag[],
): Promise<void> {
  const changed = <R extends ClusterRow | BackupRow>(row: R): R => ({
    ...row,
    tags: change(row.tags),
  });
  if (backup) await amend(store, backupRef(backup), changed);
  if (cluster) await amend(store, clusterRef(cluster), changed);
}
