import type { Clock, Logger } from '../../base/index.ts';
import type { ClusterRow, HsmRow } from '../../domain/index.ts';
import type { HsmStatus } from '../../hsm/wire/index.ts';
import type { Store } from '../../storage/index.ts';
import type { Authorities } from '../authorities.ts';
import type { BackupFiles } from '../backups/backup-files.ts';
import type { HsmProcesses } from '../hsm-processes.ts';
import type { HsmProcess } from '../hsm-process.ts';
import type { ClusterRows } from '../rows.ts';

/** What steps work with. */
export interface StepContext {
  readonly store: Store;
  readonly processes: HsmProcesses;
  readonly authorities: Authorities;
  readonly backupFiles: BackupFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Brings one cluster nearer to what its rows say, and resolves to whether it changed a row. It may be cut off anywhere
 * and is then run again from the start, so it must look at what is there rather than remember.
 */
export type Step = (context: StepContext, rows: ClusterRows) => Promise<boolean>;

export interface RunningHsm {
  readonly hsm: HsmRow;
  readonly process: HsmProcess;
  readonly status: HsmStatus;
}

/** The cluster's HSMs that run now, without those being deleted. */
export function running({ processes }: StepContext, { hsms }: ClusterRows): RunningHsm[] {
  return hsms.flatMap((hsm) => {
    const process = hsm.state === 'DELETE_IN_PROGRESS' ? undefined : processes.get(hsm.hsmId);
    return process ? [{ hsm, process, status: process.status }] : [];
  });
}

/** Whether the cluster has no users and keys of its own yet: its one HSM made its key pair, and no other may join. */
export function awaitsActivation({ state }: ClusterRow): boolean {
  return state !== 'ACTIVE';
}
