import { readCluster, type ClusterRef, type ClusterRows } from './rows.ts';
import { makeBackup, requestDailyBackup } from './steps/backups.ts';
import {
  certifyFirstHsm,
  finishCreation,
  initialize,
  recordActivation,
  recordRestore,
} from './steps/claiming.ts';
import { removeCluster, removeHsms } from './steps/deletions.ts';
import { launchHsms, recordHealth } from './steps/health.ts';
import { joinHsms, updatePeers } from './steps/membership.ts';
import type { Step, StepContext } from './steps/step.ts';

/** All steps, in order. After a change, reconciliation restarts at the first with fresh rows. */
const steps: readonly Step[] = [
  finishCreation,
  launchHsms,
  recordHealth,
  certifyFirstHsm,
  initialize,
  recordActivation,
  recordRestore,
  updatePeers,
  joinHsms,
  requestDailyBackup,
  makeBackup,
  removeHsms,
  removeCluster,
];

/**
 * Runs steps for a cluster until none of them changes a row. Events that the cluster then waits for
 * (of a process or an administrator) wake the caller again. Returns false if the cluster does not
 * exist.
 */
export async function reconcile(context: StepContext, ref: ClusterRef): Promise<boolean> {
  for (;;) {
    const rows = await context.store.read((reader) => readCluster(reader, ref));
    if (!rows) return false;
    if (!(await advance(context, rows))) return true;
  }
}

async function advance(context: StepContext, rows: ClusterRows): Promise<boolean> {
  for (const step of steps) {
    if (await step(context, rows)) return true;
  }
  return false;
}
