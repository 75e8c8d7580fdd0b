import type { Peer } from '../../hsm/wire/index.ts';
import { certifyHardware } from '../authorities.ts';
import type { HsmProcess } from '../hsm-process.ts';
import { changeHsm, type ClusterRows } from '../rows.ts';
import { running, type RunningHsm, type Step, type Works } from './step.ts';

/** The peers each process was last told of, as JSON. A restarted process is a new one and is told again. */
const told = new WeakMap<HsmProcess, string>();

/**
 * An HSM that is down stays a peer: it comes back, and until then keys are known not to be everywhere. So does one that is
 * leaving, until it has left: the others take over what only it has.
 */
export const tellPeers: Step = async (works, rows) => {
  const members: Peer[] = rows.hsms.filter((hsm) => hsm.port !== 0).map(({ hsmId, eniIp, port }) => ({ hsmId, host: eniIp, port }));
  await Promise.all(
    running(works, rows).map(async ({ hsm, process }) => {
      const peers = members.filter((peer) => peer.hsmId !== hsm.hsmId);
      const text = JSON.stringify(peers);
      if ((told.get(process) ?? '[]') === text) return;
      await process.call('setPeers', { peers });
      told.set(process, text);
    }),
  );
  return false;
};

/** Clones each new HSM from a member, and counts it in once it holds all that the members held. */
export const joinHsms: Step = async (works, rows) => {
  if (rows.cluster.state !== 'ACTIVE') return false;
  let changed = false;
  for (const joining of running(works, rows)) {
    if (joining.hsm.state === 'CREATE_IN_PROGRESS') changed = (await join(works, rows, joining)) || changed;
  }
  return changed;
};

async function join(works: Works, rows: ClusterRows, { hsm, process }: RunningHsm): Promise<boolean> {
  if (process.status.lifecycle !== 'active') {
    const member = running(works, rows).find((candidate) => candidate.hsm.state === 'ACTIVE' && candidate.status.lifecycle === 'active');
    if (!member) return false;
    await clone(works, member.process, process, hsm.hsmId);
  }
  if (!process.status.synchronized) return false;
  return changeHsm(works.store, hsm, (row) => {
    return row.state === 'CREATE_IN_PROGRESS' ? { ...row, state: 'ACTIVE', stateMessage: 'HSM created.' } : undefined;
  });
}

async function clone(works: Works, member: HsmProcess, joining: HsmProcess, hsmId: string): Promise<void> {
  const { manufacturerHardwareCertificate } = await certifyHardware(joining, works.authorities);
  const { sealed } = await member.call('exportClone', { hardwareCertificate: manufacturerHardwareCertificate, hsmId });
  await joining.call('importClone', { sealed });
}
