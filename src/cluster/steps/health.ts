import type { HsmRow } from '../../domain/index.ts';
import { changeHsm } from '../rows.ts';
import { isUnclaimed, type Step, type Works } from './step.ts';

/** As CloudHSM's model has it. */
const LONGEST_MESSAGE = 300;
const LOST =
  'HSM has lost what it held: its files are damaged or gone. Delete it and create another.';

export const launchHsms: Step = async ({ fleet }, { cluster, hsms }) => {
  for (const hsm of hsms) {
    if (hsm.state !== 'DELETE_IN_PROGRESS') fleet.ensure(cluster, hsm, isUnclaimed(cluster));
  }
  return false;
};

/** Records where each HSM listens, whether it runs and does its work, and if not, why and since when. */
export const recordHealth: Step = async (works, { cluster, hsms }) => {
  let changed = false;
  for (const hsm of hsms) {
    const row = (before: HsmRow): HsmRow | undefined =>
      observed(works, before, cluster.state === 'ACTIVE');
    if (row(hsm)) changed = (await changeHsm(works.store, hsm, row)) || changed;
  }
  return changed;
};

/** The row as it should be now; undefined if it is. */
function observed(works: Works, hsm: HsmRow, clusterIsActive: boolean): HsmRow | undefined {
  const status = works.fleet.process(hsm.hsmId)?.status;
  const moved = status && status.port !== hsm.port ? { ...hsm, port: status.port } : hsm;
  if (hsm.state !== 'ACTIVE' && hsm.state !== 'DEGRADED') return moved === hsm ? undefined : moved;
  const trouble = troubleOf(works, hsm, clusterIsActive);
  if (trouble !== undefined)
    return degraded(moved, trouble, works.clock.now()) ?? (moved === hsm ? undefined : moved);
  if (!status || hsm.state === 'ACTIVE') return moved === hsm ? undefined : moved;
  const { degradedSince: _over, ...rest } = moved;
  return { ...rest, state: 'ACTIVE', stateMessage: 'HSM created.' };
}

function troubleOf(
  { fleet }: Works,
  { hsmId }: HsmRow,
  clusterIsActive: boolean,
): string | undefined {
  const status = fleet.process(hsmId)?.status;
  // It was a member of an active cluster once, and knows nothing of it now.
  if (status && clusterIsActive && status.lifecycle !== 'active') return LOST;
  if (status) return status.trouble;
  const failure = fleet.failure(hsmId);
  return failure && `HSM is not running and will be started again: ${failure.reason}`;
}

function degraded(hsm: HsmRow, trouble: string, now: number): HsmRow | undefined {
  const stateMessage = trouble.slice(0, LONGEST_MESSAGE);
  if (hsm.state === 'DEGRADED' && hsm.stateMessage === stateMessage) return undefined;
  return { ...hsm, state: 'DEGRADED', stateMessage, degradedSince: hsm.degradedSince ?? now };
}
