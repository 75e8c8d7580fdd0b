import type { HsmRow } from '../../domain/index.ts';
import { changeHsm } from '../rows.ts';
import { awaitsActivation, type Step, type StepContext } from './step.ts';

/** Maximum length of StateMessage in CloudHSM's API model. */
const MAX_STATE_MESSAGE_LENGTH = 300;
const LOST_STATE_MESSAGE =
  'HSM has lost its state: its files are damaged or missing. Delete it and create another.';

export const launchHsms: Step = async ({ processes }, { cluster, hsms }) => {
  for (const hsm of hsms) {
    if (hsm.state !== 'DELETE_IN_PROGRESS')
      processes.ensureStarted(cluster, hsm, awaitsActivation(cluster));
  }
  return false;
};

/** Records each HSM's port and health, and for a degraded HSM the reason and the time. */
export const recordHealth: Step = async (context, { cluster, hsms }) => {
  let changed = false;
  for (const hsm of hsms) {
    const row = (before: HsmRow): HsmRow | undefined =>
      observedRow(context, before, cluster.state === 'ACTIVE');
    if (row(hsm)) changed = (await changeHsm(context.store, hsm, row)) || changed;
  }
  return changed;
};

/** Returns the row as it should be. Undefined if it is current. */
function observedRow(
  context: StepContext,
  hsm: HsmRow,
  clusterIsActive: boolean,
): HsmRow | undefined {
  const status = context.processes.get(hsm.hsmId)?.status;
  const moved = status && status.port !== hsm.port ? { ...hsm, port: status.port } : hsm;
  if (hsm.state !== 'ACTIVE' && hsm.state !== 'DEGRADED') return moved === hsm ? undefined : moved;
  const problem = problemOf(context, hsm, clusterIsActive);
  if (problem !== undefined)
    return degradedRow(moved, problem, context.clock.now()) ?? (moved === hsm ? undefined : moved);
  if (!status || hsm.state === 'ACTIVE') return moved === hsm ? undefined : moved;
  const { degradedSince: _ended, ...rest } = moved;
  return { ...rest, state: 'ACTIVE', stateMessage: 'HSM created.' };
}

function problemOf(
  { processes }: StepContext,
  { hsmId }: HsmRow,
  clusterIsActive: boolean,
): string | undefined {
  const status = processes.get(hsmId)?.status;
  // It was a member of an active cluster, but has no state of it.
  if (status && clusterIsActive && status.lifecycle !== 'active') return LOST_STATE_MESSAGE;
  if (status) return status.trouble;
  const failure = processes.failure(hsmId);
  return failure && `HSM is not running and will be restarted: ${failure.reason}`;
}

function degradedRow(hsm: HsmRow, problem: string, now: number): HsmRow | undefined {
  const stateMessage = problem.slice(0, MAX_STATE_MESSAGE_LENGTH);
  if (hsm.state === 'DEGRADED' && hsm.stateMessage === stateMessage) return undefined;
  return { ...hsm, state: 'DEGRADED', stateMessage, degradedSince: hsm.degradedSince ?? now };
}
