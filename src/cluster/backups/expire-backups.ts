import type { Clock, Logger } from '../../base/index.ts';
import type { BackupRow } from '../../domain/index.ts';
import type { Store } from '../../storage/index.ts';
import type { BackupFiles } from './backup-files.ts';

const DAY_MS = 86_400_000;
/**
 * Time from the deletion of a backup to its permanent removal. Source: DeleteBackup, AWS CloudHSM
 * API Reference.
 */
export const DELETION_WINDOW_MS = 7 * DAY_MS;

export interface ExpirationContext {
  readonly store: Store;
  readonly files: BackupFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Marks backups for deletion that exceed their cluster's retention period, and permanently removes
 * those whose deletion window has passed.
 */
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
      // The file first. A row without a file is removed next time; a file without a row never.
      files.remove(backup.backupId);
      await store.transact((transaction) =>
        transaction.delete('backups', backup.account, backup.region, backup.backupId),
      );
      log.info(
        { backupId: backup.backupId, clusterId: backup.clusterId },
        'backup permanently removed',
      );
    } else if (backup.state === 'READY' && !newest.has(backup))
      await markExpired(store, backup, now);
  }
}

/** Returns the newest backup of each cluster, which the retention policy never deletes. */
function newestOfClusters(backups: readonly BackupRow[]): ReadonlySet<BackupRow> {
  const newest = new Map<string, BackupRow>();
  for (const backup of backups) {
    const other = newest.get(backup.clusterId);
    if (backup.state === 'READY' && (!other || other.creationDate < backup.creationDate))
      newest.set(backup.clusterId, backup);
  }
  return new Set(newest.values());
}

/** Marks a backup for deletion if it has expired. Copies from other Regions never expire. */
async function markExpired(
  store: Store,
  { account, region, backupId, clusterId, retentionDays, copy }: BackupRow,
  now: number,
): Promise<void> {
  if (copy) return;
  await store.transact(async (transaction) => {
    const backup = await transaction.get('backups', account, region, backupId);
    const cluster = await transaction.get('clusters', account, region, clusterId);
    const retentionMs = (cluster?.retentionDays ?? retentionDays) * DAY_MS;
    if (
      backup?.state !== 'READY' ||
      backup.neverExpires ||
      now - backup.creationDate <= retentionMs
    )
      return;
    await transaction.put('backups', {
      ...backup,
      state: 'PENDING_DELETION',
      deletionDate: now + DELETION_WINDOW_MS,
    });
  });
}
