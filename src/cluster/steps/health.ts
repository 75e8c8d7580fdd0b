import type { HsmRecord } from '../../domain/index.ts';
import type { Fleet } from '../fleet.ts';
import { changeHsm } from '../rows.ts';
import { isUnclaimed, type Step } from './step.ts';

export const launchHsms: Step = async ({ fleet }, { cluster, hsms }) => {
  for (const hsm of hsms) {
    if (hsm.state !== 'DELETE_IN_PROGRESS') fleet.ensure(cluster, hsm, isUnclaimed(cluster));
  }
  return false;
};

/** Records where each HSM listens and whether it runs. */
export const recordHealth: Step = async ({ store, fleet }, { hsms }) => {
  let changed = false;
  for (const hsm of hsms) {
    if (observed(fleet, hsm)) changed = (await changeHsm(store, hsm, (row) => observed(fleet, row))) || changed;
  }
  return changed;
};

/** The row as it should be now; undefined if it is. */
function observed(fleet: Fleet, hsm: HsmRecord): HsmRecord | undefined {
  const port = fleet.process(hsm.hsmId)?.status.port;
  if (port !== undefined) {
    if (hsm.state === 'DEGRADED') return { ...hsm, port, state: 'ACTIVE', stateMessage: 'HSM created.' };
    return hsm.port === port ? undefined : { ...hsm, port };
  }
  if (hsm.state !== 'ACTIVE' || !fleet.failed(hsm.hsmId)) return undefined;
  return { ...hsm, state: 'DEGRADED', stateMessage: 'HSM is not running and will be started again.' };
}
