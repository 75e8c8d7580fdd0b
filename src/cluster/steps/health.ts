import type { HsmRow } from '../../domain/index.ts';
import { changeHsm } from '../rows.ts';
import { awaitsActivation, type Step, type StepContext } from './step.ts';

/** As CloudHSM's model has it. */
const MAX_STATE_MESSAGE_LENGTH = 300;
const LOST_STATE_MESSAGE =
  'HSM has lost what it held: its files are damaged or gone. Delete it and create another.';

export const launchHsms: Step = async ({ processes }, { cluster, hsms }) => {
  for (const hsm of hsms) {
    if (hsm.state !== 'DELETE_IN_PROGRESS')
      processes.ensureStarted(cluster, hsm, awaitsActivation(cluster));
  }
  return false;
};

/** Records where each HSM listens, whether it runs and does its work, and if not, why and since when. */
export const recordHealth: Step = async (context, { cluster, hsms }) => {
  let changed = false;
  for (const hsm of hsms) {
    const row = (before: HsmRow): HsmRow | undefined =>
      observedRow(context, before, cluster.state === 'ACTIVE');
    if (row(hsm)) changed = (await changeHsm(context.store, hsm, row)) || changed;
  }
  return changed;
};

/** The row as it should be now; undefined if it is. */
function observedRow(
  context: StepContext,
  hsm: HsmRow,
  clusterIsActive: boolean,
): HsmRow | undefined {
  const status = context.processes.get(hsm.hsmId)?.status;
  const moved = status && status.port !== hsm.port ? { ...hsm, port: status.port } : hsm;
  if (hsm.state !== 'ACTIVE' && hsm.state !== 'DEGRADED') return moved === hsm ? undefined : moved;
  const trouble = problemOf(context, hsm, clusterIsActive);
  if (trouble !== undefined)
    return degradedRow(moved, trouble, context.clock.now()) ?? (moved === hsm ? undefined : moved);
  if (!status || hsm.state === 'ACTIVE') return moved === hsm ? undefined : moved;
  const { degradedSince: _over, ...rest } = moved;
  return { ...rest, state: 'ACTIVE', stateMessage: 'HSM created.' };
}

function problemOf(
  { processes }: StepContext,
  { hsmId }: HsmRow,
  clusterIsActive: boolean,
): string | undefined {
  const status = processes.get(hsmId)?.status;
  // It was a member of an active cluster once, and knows nothing of it now.
  if (status && clusterIsActive && status.lifecycle !== 'active') return LOST_STATE_MESSAGE;
  if (status) return status.trouble;
  const failure = processes.failure(hsmId);
  return failure && `HSM is not running and will be started again: ${failure.reason}`;
}

function degradedRow(hsm: HsmRow, trouble: string, now: number): HsmRow | undefined {
  const stateMessage = trouble.slice(0, MAX_STATE_MESSAGE_LENGTH);
  if (hsm.state === 'DEGRADED' && hsm.stateMessage === stateMessage) return undefined;
  return { ...hsm, state: 'DEGRADED', stateMessage, degradedSince: hsm.degradedSince ?? now };
}
