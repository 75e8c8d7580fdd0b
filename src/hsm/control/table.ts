import { createBackup, openForRestore, readBackupFile, restore } from '../backup/index.ts';
import {
  acceptHardwareCertificates,
  checkClusterCertificate,
  hardwareCsr,
} from '../identity/index.ts';
import { PERMIT_LIFETIME_MS } from '../restore-permit.ts';
import { readPiece } from '../upload.ts';
import {
  HsmError,
  type ControlCommandName,
  type ControlInput,
  type ControlOutput,
} from '../wire/index.ts';
import { clone, join, removeDeleted, requestAdmission } from './joining.ts';
import { statusOf, type RunningHsm } from './status.ts';

type Handler<C extends ControlCommandName> = (
  running: RunningHsm,
  input: ControlInput<C>,
) => ControlOutput<C> | Promise<ControlOutput<C>>;

/** Commands of the control plane to a provisioned HSM. */
export const controlCommands = {
  status: (running) => {
    const { database } = running.hsm;
    if (database.writeFailure !== undefined) database.retryWrite();
    return statusOf(running);
  },
  hardwareCsr: async ({ hsm }) => ({ csr: await hardwareCsr(hsm.identity) }),
  setHardwareCertificates: async ({ hsm }, input) => {
    const certificates = await acceptHardwareCertificates(hsm.identity, input, hsm.clock);
    hsm.identity.update(certificates, () =>
      hsm.audit.append({ opcode: 'CN_CERT_AUTH_STORE_CERT', detail: 'hardware certificates' }),
    );
    // A joining HSM has no HsmCertificate, because it does not have the cluster's key yet.
    return { hsmCertificate: certificates.hsmCertificate ?? '' };
  },
  initialize: ({ hsm }, { clusterCertificate, trustAnchor }) => {
    if (hsm.lifecycle !== 'uninitialized')
      throw new HsmError('wrong-lifecycle', 'the cluster already has its certificate');
    checkClusterCertificate(hsm.identity, { clusterCertificate, trustAnchor });
    const entry = { opcode: 'CN_CERT_AUTH_STORE_CERT', detail: 'cluster certificate' } as const;
    hsm.identity.update({ clusterCertificate, trustAnchor }, () => hsm.audit.append(entry));
    hsm.changed();
    return {};
  },
  setPeers: ({ hsm }, { peers }) => {
    const before = hsm.peers.known;
    const now = peers.map(({ hsmId }) => hsmId);
    for (const hsmId of now)
      if (!before.includes(hsmId)) hsm.audit.note({ opcode: 'KH_NODE_ADDED', detail: hsmId });
    for (const hsmId of before)
      if (!now.includes(hsmId)) hsm.audit.note({ opcode: 'KH_NODE_REMOVED', detail: hsmId });
    hsm.peers.set(peers);
    return {};
  },
  requestAdmission: ({ hsm }, input) => requestAdmission(hsm, input),
  exportClone: ({ hsm }, input) => clone(hsm, input),
  removeMember: ({ hsm }, input) => removeDeleted(hsm, input),
  importClone: ({ hsm }, input) => join(hsm, input),
  createBackup: async (running, { backupId }) => {
    const { hsm } = running;
    const file = await createBackup(hsm, { backupId }, (opcode, detail) => ({ opcode, detail }));
    running.createdBackup = file;
    return { size: file.length };
  },
  readBackup: (running, { offset }) => {
    const bytes = readPiece(running.createdBackup ?? Buffer.alloc(0), offset);
    if (bytes.length === 0) running.createdBackup = undefined;
    return { bytes };
  },
  writeBackup: ({ hsm }, { offset, bytes }) => {
    hsm.upload.write(offset, bytes);
    return {};
  },
  restoreBackup: async ({ hsm }) => {
    const file = hsm.upload.read();
    const { header } = readBackupFile(file);
    if (header.protection === 'recovery') {
      hsm.upload.awaitShares(header);
      return { outcome: 'recovery-required' };
    }
    restore(hsm, await openForRestore(hsm, hsm.upload.take(), {}, []));
    return { outcome: 'restored' };
  },
  permitRestore: ({ hsm }, { tokenHash, sourceRoots }) => {
    const expiresAt = hsm.clock.now() + PERMIT_LIFETIME_MS;
    hsm.audit.note({ opcode: 'KH_PERMIT_RESTORE' });
    hsm.restorePermit = { tokenHash, expiresAt, sourceRoots };
    return { expiresAt };
  },
  retire: async ({ hsm }) => ({ covered: await hsm.retire() }),
} satisfies {
  readonly [C in Exclude<ControlCommandName, 'birth' | 'destroy' | 'shutdown'>]: Handler<C>;
};
