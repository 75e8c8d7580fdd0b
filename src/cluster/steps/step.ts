import type { Clock, Logger } from '../../base/index.ts';
import type { ClusterRow, HsmRow } from '../../domain/index.ts';
import type { HsmStatus } from '../../hsm/wire/index.ts';
import type { Store } from '../../storage/index.ts';
import type { Authorities } from '../authorities.ts';
import type { BackupFiles } from '../backups/backup-files.ts';
import type { HsmProcesses } from '../hsm-processes.ts';
import type { HsmProcess } from '../hsm-process.ts';
import type { ClusterRows } from '../rows.ts';

/** Services that steps use. */
export interface StepContext {
  readonly store: Store;
  readonly processes: HsmProcesses;
  readonly authorities: Authorities;
  readonly backupFiles: BackupFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Brings one cluster closer to the state that its rows specify. Returns true if it changed a row. A
 * step can be interrupted at any point and then runs again from its start, so it must derive its
 * work from the current state instead of remembering it.
 */
export type Step = (context: StepContext, rows: ClusterRows) => Promise<boolean>;

export interface RunningHsm {
  readonly hsm: HsmRow;
  readonly process: HsmProcess;
  readonly status: HsmStatus;
}

/** Returns the cluster's running HSMs, without those that are being deleted. */
export function running({ processes }: StepContext, { hsms }: ClusterRows): RunningHsm[] {
  return hsms.flatMap((hsm) => {
    const process = hsm.state === 'DELETE_IN_PROGRESS' ? undefined : processes.get(hsm.hsmId);
    return process ? [{ hsm, process, status: process.status }] : [];
  });
}

/**
 * True until the cluster is active. Until then it has no users or keys: its only HSM has made its
 * key pair, and no other HSM may join.
 */
export function awaitsActivation({ state }: ClusterRow): boolean {
  return state !== 'ACTIVE';
}
