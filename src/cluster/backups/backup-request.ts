import { base32Id } from '../../base/index.ts';
import type { BackupReason, BackupRow, ClusterRow } from '../../domain/index.ts';

const ID_LENGTH = 11;

export function newBackupId(): string {
  return `backup-${base32Id(ID_LENGTH)}`;
}

/**
 * Returns the row that requests a backup of an active cluster. `now` is in milliseconds since the
 * epoch.
 */
export function backupRequest(cluster: ClusterRow, reason: BackupReason, now: number): BackupRow {
  const {
    account,
    region,
    clusterId,
    hsmType,
    mode,
    clusterCertificate = '',
    trustAnchor = '',
    retentionDays,
  } = cluster;
  return {
    account,
    region,
    backupId: newBackupId(),
    clusterId,
    reason,
    hsmType,
    mode,
    state: 'CREATE_IN_PROGRESS',
    clusterCertificate,
    trustAnchor,
    creationDate: now,
    neverExpires: false,
    retentionDays,
    tags: [],
  };
}
