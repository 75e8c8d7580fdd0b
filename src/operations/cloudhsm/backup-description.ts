import type { Response } from '../../contract/index.ts';
import { backupArn, type BackupRow } from '../../domain/index.ts';

type Backup = NonNullable<Response<'cloudhsm', 'DeleteBackup'>['Backup']>;

/** Returns a backup as CloudHSM shows it. */
export function describeBackup(backup: BackupRow): Backup {
  const { copy, deletionDate } = backup;
  return {
    BackupId: backup.backupId,
    BackupArn: backupArn(backup, backup.backupId),
    BackupState: backup.state,
    ClusterId: backup.clusterId,
    CreateTimestamp: new Date(backup.creationDate),
    ...(copy && {
      CopyTimestamp: new Date(copy.date),
      SourceRegion: copy.region,
      SourceBackup: copy.backupId,
      SourceCluster: copy.clusterId,
    }),
    NeverExpires: backup.neverExpires,
    ...(deletionDate !== undefined && { DeleteTimestamp: new Date(deletionDate) }),
    TagList: backup.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    HsmType: backup.hsmType,
    Mode: backup.mode,
  };
}
