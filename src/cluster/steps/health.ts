import type { HsmRecord } from '../../domain/index.ts';
import { changeHsm } from '../rows.ts';
import { isUnclaimed, type Step, type Works } from './step.ts';

/** As CloudHSM's model has it. */
const LONGEST_MESSAGE = 300;

export const launchHsms: Step = async ({ fleet }, { cluster, hsms }) => {
  for (const hsm of hsms) {
    if (hsm.state !== 'DELETE_IN_PROGRESS') fleet.ensure(cluster, hsm, isUnclaimed(cluster));
  }
  return false;
};

/** Records where each HSM listens, whether it runs and does its work, and if not, why and since when. */
export const recordHealth: Step = async (works, { hsms }) => {
  let changed = false;
  for (const hsm of hsms) {
    if (observed(works, hsm)) changed = (await changeHsm(works.store, hsm, (row) => observed(works, row))) || changed;
  }
  return changed;
};

/** The row as it should be now; undefined if it is. */
function observed(works: Works, hsm: HsmRecord): HsmRecord | undefined {
  const status = works.fleet.process(hsm.hsmId)?.status;
  const moved = status && status.port !== hsm.port ? { ...hsm, port: status.port } : hsm;
  if (hsm.state !== 'ACTIVE' && hsm.state !== 'DEGRADED') return moved === hsm ? undefined : moved;
  const trouble = troubleOf(works, hsm);
  if (trouble !== undefined) return degraded(moved, trouble, works.clock.now()) ?? (moved === hsm ? undefined : moved);
  if (!status || hsm.state === 'ACTIVE') return moved === hsm ? undefined : moved;
  const { degradedSince: _over, ...rest } = moved;
  return { ...rest, state: 'ACTIVE', stateMessage: 'HSM created.' };
}

function troubleOf({ fleet }: Works, { hsmId }: HsmRecord): string | undefined {
  const process = fleet.process(hsmId);
  if (process) return process.status.trouble;
  const failure = fleet.failure(hsmId);
  return failure && `HSM is not running and will be started again: ${failure.reason}`;
}

function degraded(hsm: HsmRecord, trouble: string, now: number): HsmRecord | undefined {
  const stateMessage = trouble.slice(0, LONGEST_MESSAGE);
  if (hsm.state === 'DEGRADED' && hsm.stateMessage === stateMessage) return undefined;
  return { ...hsm, state: 'DEGRADED', stateMessage, degradedSince: hsm.degradedSince ?? now };
}
