import {
  KmsError,
  type BackupRow,
  type ClusterRow,
  type Scope,
  type Tag,
} from '../../domain/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { BackupFiles } from '../backups/backup-files.ts';
import { DELETION_WINDOW_MS } from '../backups/expire-backups.ts';
import { HSM_TYPE, type ClusterChange } from '../contract.ts';
import { newBackupId, backupRequest } from '../backups/backup-request.ts';
import { invalid, requireCluster, type ClusterRef } from '../rows.ts';
import type { RequestContext } from './context.ts';

export interface BackupRef extends Scope {
  readonly backupId: string;
}

type Change = (backup: BackupRow) => BackupRow;

/** Requests a backup now. AWS has no such operation. */
export function createBackup(
  { store, clock }: RequestContext,
  ref: ClusterRef,
): Promise<BackupRow> {
  return store.transact(async (transaction) => {
    const { cluster, hsms } = await requireCluster(transaction, ref);
    if (cluster.state !== 'ACTIVE' || hsms.length === 0) {
      throw invalid(
        `Cluster '${ref.clusterId}' can be backed up only while it is ACTIVE and has an HSM.`,
      );
    }
    const backup = backupRequest(cluster, 'demand', clock.now());
    await transaction.put('backups', backup);
    // The row is unchanged, but writing it wakes the cluster's worker.
    await transaction.put('clusters', cluster);
    return backup;
  });
}

export function deleteBackup({ store, clock }: RequestContext, ref: BackupRef): Promise<BackupRow> {
  return store.transact((transaction) => {
    return change(transaction, ref, (backup) => {
      requireReady(backup, 'deleted');
      return {
        ...backup,
        state: 'PENDING_DELETION',
        deletionDate: clock.now() + DELETION_WINDOW_MS,
      };
    });
  });
}

export function restoreBackup({ store }: RequestContext, ref: BackupRef): Promise<BackupRow> {
  return store.transact((transaction) => {
    return change(transaction, ref, ({ deletionDate: _undone, ...backup }) => {
      if (backup.state !== 'PENDING_DELETION') {
        throw invalid(
          `Backup '${backup.backupId}' is in state ${backup.state}; only one that is PENDING_DELETION can be restored.`,
        );
      }
      return { ...backup, state: 'READY' };
    });
  });
}

export function modifyBackup(
  { store }: RequestContext,
  ref: BackupRef,
  neverExpires: boolean,
): Promise<BackupRow> {
  return store.transact((transaction) => {
    return change(transaction, ref, (backup) => {
      requireReady(backup, 'modified');
      return { ...backup, neverExpires };
    });
  });
}

/** Copies a backup under a new ID. The sealed file is the same, for the same hardware. */
export async function copyBackup(
  { store, clock }: RequestContext,
  files: BackupFiles,
  {
    ref,
    region,
    tags,
  }: {
    readonly ref: BackupRef;
    readonly region: string;
    readonly tags?: readonly Tag[] | undefined;
  },
): Promise<BackupRow> {
  if (region === ref.region)
    throw invalid('The destination Region must differ from the Region of the backup.');
  const source = await store.read((reader) =>
    reader.get('backups', ref.account, ref.region, ref.backupId),
  );
  if (!source) throw missing(ref.backupId);
  requireReady(source, 'copied');
  const { policy: _own, ...columns } = source;
  const origin = {
    date: clock.now(),
    region: ref.region,
    backupId: ref.backupId,
    clusterId: source.clusterId,
  };
  const copy: BackupRow = {
    ...columns,
    region,
    backupId: newBackupId(),
    copy: origin,
    tags: tags ?? source.tags,
  };
  files.copy(ref.backupId, copy.backupId);
  await store.transact((transaction) => transaction.put('backups', copy));
  return copy;
}

/** Modifies a cluster. There is only one HSM type, so a migration to another type is rejected. */
export function modifyCluster(
  { store }: RequestContext,
  ref: ClusterRef,
  change: ClusterChange,
): Promise<ClusterRow> {
  if (change.hsmType !== undefined && change.hsmType !== HSM_TYPE)
    throw invalid('Provided HsmType is not supported.');
  return store.transact(async (transaction) => {
    const { cluster } = await requireCluster(transaction, ref);
    const modified = { ...cluster, retentionDays: change.retentionDays ?? cluster.retentionDays };
    await transaction.put('clusters', modified);
    return modified;
  });
}

async function change(
  transaction: Transaction,
  { account, region, backupId }: BackupRef,
  to: Change,
): Promise<BackupRow> {
  const backup = await transaction.get('backups', account, region, backupId);
  if (!backup) throw missing(backupId);
  const changed = to(backup);
  await transaction.put('backups', changed);
  return changed;
}

export function requireReady({ backupId, state }: BackupRow, what: string): void {
  if (state !== 'READY')
    throw invalid(
      `Backup '${backupId}' is in state ${state}; only one that is READY can be ${what}.`,
    );
}

function missing(backupId: string): KmsError {
  return new KmsError('CloudHsmResourceNotFoundException', `Backup '${backupId}' was not found.`);
}
