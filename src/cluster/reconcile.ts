import { readCluster, type ClusterName, type ClusterRows } from './rows.ts';
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

/** In the order in which they are tried; after a change the first is tried again on fresh rows. */
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

/** Takes a cluster as far as it can go now. What it waits for (a process, an administrator) wakes the caller again. Resolves to false when there is no such cluster (any more). */
export async function reconcile(context: StepContext, name: ClusterName): Promise<boolean> {
  for (;;) {
    const rows = await context.store.read((reader) => readCluster(reader, name));
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
