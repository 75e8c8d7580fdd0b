import type { Hsm } from '../hsm.ts';
import type { HsmServer } from '../server/index.ts';
import type { BackupHeader, HsmStatus } from '../wire/index.ts';

/** A provisioned HSM that is listening. */
export interface RunningHsm {
  readonly hsm: Hsm;
  readonly server: HsmServer;
  /** Latest backup, until it has been read to its end. */
  createdBackup?: Uint8Array | undefined;
}

export function statusOf({ hsm, server }: RunningHsm): HsmStatus {
  const { clusterCsr, hsmCertificate, clusterCertificate, trustAnchor, serialNumber } =
    hsm.identity.state;
  return {
    lifecycle: hsm.lifecycle,
    host: hsm.provisioning.host,
    port: server.port,
    serialNumber,
    fingerprint: hsm.membership.fingerprint,
    members: hsm.membership.list().map(({ hsmId }) => hsmId),
    waiting: hsm.membership.waiting().map(({ hsmId }) => hsmId),
    keyCount: hsm.keys.count,
    userCount: hsm.users.size,
    linkedPeers: hsm.peers.connected,
    synchronized: hsm.synchronized,
    coverage: hsm.peers.fullCoverage,
    ...(hsm.trouble !== undefined && { trouble: hsm.trouble }),
    ...(clusterCsr !== undefined && clusterCertificate === undefined && { clusterCsr }),
    ...(hsmCertificate !== undefined && { hsmCertificate }),
    ...(clusterCertificate !== undefined && { clusterCertificate }),
    ...(trustAnchor !== undefined && { trustAnchor }),
    operations: Object.fromEntries(hsm.operationCounts),
    ...(hsm.upload.awaitsShares && { awaitsShares: waitingFor(hsm.upload.awaitsShares) }),
  };
}

function waitingFor({ backupId, recovery }: BackupHeader): NonNullable<HsmStatus['awaitsShares']> {
  const { threshold = 0, holders = [] } = recovery ?? {};
  return { backupId, threshold, holders: holders.map(({ name }) => name) };
}

/**
 * Returns the parts of a status that the control plane acts upon. When they change, the status is
 * pushed.
 */
export function statusFingerprint({
  lifecycle,
  port,
  synchronized,
  linkedPeers,
  trouble,
  waiting,
  awaitsShares,
}: HsmStatus): string {
  return JSON.stringify([
    lifecycle,
    port,
    synchronized,
    linkedPeers.toSorted(),
    trouble,
    waiting,
    awaitsShares,
  ]);
}
