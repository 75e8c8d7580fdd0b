import type { Clock, Logger } from '../../base/index.ts';
import type { BackupRow } from '../../domain/index.ts';
import type { Store } from '../../storage/index.ts';
import type { BackupFiles } from './backup-files.ts';

const DAY_MS = 86_400_000;
/** From the deletion of a backup until it is gone for good. Source: DeleteBackup, AWS CloudHSM API Reference. */
export const DELETION_WINDOW_MS = 7 * DAY_MS;

export interface ExpirationContext {
  readonly store: Store;
  readonly files: BackupFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Marks for deletion what is older than its cluster's policy keeps, and removes for good what has been marked long enough. */
export async function expireBackups({
  store,
  files,
  clock,
  log,
}: ExpirationContext): Promise<void> {
  const now = clock.now();
  const backups = await store.read((reader) => reader.list('backups', []));
  const newest = newestOfClusters(backups);
  for (const backup of backups) {
    if (backup.state === 'PENDING_DELETION' && (backup.deletionDate ?? now) <= now) {
      // The file first: a row without its file is still marked, a file without its row would stay for ever.
      files.remove(backup.backupId);
      await store.transact((transaction) =>
        transaction.delete('backups', backup.account, backup.region, backup.backupId),
      );
      log.info(
        { backupId: backup.backupId, clusterId: backup.clusterId },
        'backup is deleted for good',
      );
    } else if (backup.state === 'READY' && !newest.has(backup))
      await markExpired(store, backup, now);
  }
}

/** A cluster's last backup is never deleted by its policy. */
function newestOfClusters(backups: readonly BackupRow[]): ReadonlySet<BackupRow> {
  const newest = new Map<string, BackupRow>();
  for (const backup of backups) {
    const other = newest.get(backup.clusterId);
    if (backup.state === 'READY' && (!other || other.creationDate < backup.creationDate))
      newest.set(backup.clusterId, backup);
  }
  return new Set(newest.values());
}

/** Copies from other Regions have no policy. */
async function markExpired(
  store: Store,
  { account, region, backupId, clusterId, retentionDays, copy }: BackupRow,
  now: number,
): Promise<void> {
  if (copy) return;
  await store.transact(async (transaction) => {
    const backup = await transaction.get('backups', account, region, backupId);
    const cluster = await transaction.get('clusters', account, region, clusterId);
    const kept = (cluster?.retentionDays ?? retentionDays) * DAY_MS;
    if (backup?.state !== 'READY' || backup.neverExpires || now - backup.creationDate <= kept)
      return;
    await transaction.put('backups', {
      ...backup,
      state: 'PENDING_DELETION',
      deletionDate: now + DELETION_WINDOW_MS,
    });
  });
}
