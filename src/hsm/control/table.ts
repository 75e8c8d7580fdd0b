import type { Hsm } from '../hsm.ts';
import { acceptHardwareCertificates, checkClusterCertificate, exportClone, hardwareCsr, importClone } from '../identity/index.ts';
import type { HsmServer } from '../server/index.ts';
import { HsmError, type ControlCommandName, type ControlInput, type ControlOutput } from '../wire/index.ts';
import { statusOf } from './status.ts';

/** A born HSM that listens. */
export interface Running {
  readonly hsm: Hsm;
  readonly server: HsmServer;
}

type Handler<C extends ControlCommandName> = (running: Running, input: ControlInput<C>) => ControlOutput<C> | Promise<ControlOutput<C>>;

/** What a born HSM does for its control plane. */
export const controlTable = {
  status: (running) => statusOf(running),
  hardwareCsr: async ({ hsm }) => ({ csr: await hardwareCsr(hsm.identity) }),
  setHardwareCertificates: async ({ hsm }, input) => {
    const facts = await acceptHardwareCertificates(hsm.identity, input, hsm.clock);
    hsm.identity.update(facts, () => hsm.audit.append({ opcode: 'CN_CERT_AUTH_STORE_CERT', detail: 'hardware certificates' }));
    // A joining HSM has none to show: its cluster's key is not here yet.
    return { hsmCertificate: facts.hsmCertificate ?? '' };
  },
  initialize: async ({ hsm, server }, { clusterCertificate, trustAnchor }) => {
    if (hsm.lifecycle !== 'uninitialized') throw new HsmError('wrong-lifecycle', 'the cluster has its certificate already');
    checkClusterCertificate(hsm.identity, { clusterCertificate, trustAnchor });
    const entry = { opcode: 'CN_CERT_AUTH_STORE_CERT', detail: 'cluster certificate' } as const;
    hsm.identity.update({ clusterCertificate, trustAnchor }, () => hsm.audit.append(entry));
    await server.renewCertificate();
    hsm.changed();
    return {};
  },
  setPeers: ({ hsm }, { peers }) => {
    hsm.peers.set(peers);
    return {};
  },
  exportClone: ({ hsm }, input) => {
    if (hsm.lifecycle !== 'active' || !hsm.synchronized) throw new HsmError('wrong-lifecycle', 'only a full member can be cloned');
    const sealed = exportClone(hsm.identity, input);
    hsm.audit.note({ opcode: 'CN_CLONE_SOURCE_STAGE1', detail: `to ${input.hsmId}` });
    return { sealed };
  },
  importClone: async ({ hsm, server }, { sealed }) => {
    if (hsm.identity.facts.clusterKey !== undefined) throw new HsmError('wrong-lifecycle', 'this HSM is of a cluster already');
    const facts = importClone(hsm.identity, sealed);
    hsm.identity.update(facts, () => hsm.audit.append({ opcode: 'CN_CLONE_TARGET_STAGE1' }));
    await server.renewCertificate();
    hsm.peers.unlock(facts.maskingKey);
    hsm.changed();
    return {};
  },
} satisfies { readonly [C in Exclude<ControlCommandName, 'birth' | 'shutdown'>]: Handler<C> };
