import { KmsError, type BackupRow, type ClusterRow, type Tag } from '../../domain/index.ts';
import type { AuthorizedBackup, AuthorizedCluster, Target } from '../operation.ts';
import type { Services } from '../services.ts';
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
    backup: isBackup ? { on: 'backup', backupId: resourceId } : undefined,
  };
}

export function taggedRow({ cluster, backup }: TaggedTargets): ClusterRow | BackupRow {
  if (backup) return requireBackup(backup);
  if (cluster) return requireCluster(cluster);
  throw new KmsError('CloudHsmResourceNotFoundException');
}

/** Changes the current tags of the resource. */
export function amendTags(
  { store }: Services,
  targets: TaggedTargets,
  change: (tags: readonly Tag[]) => readonly Tag[],
): Promise<void> {
  const found = taggedRow(targets);
  const { account, region } = found;
  return store.transact(async (transaction) => {
    if ('backupId' in found) {
      const backup = await transaction.get('backups', account, region, found.backupId);
      if (backup) await transaction.put('backups', { ...backup, tags: change(backup.tags) });
    } else {
      const cluster = await transaction.get('clusters', account, region, found.clusterId);
      if (cluster) await transaction.put('clusters', { ...cluster, tags: change(cluster.tags) });
    }
  });
}
