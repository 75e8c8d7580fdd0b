import { base32Id, hexId } from '../../base/index.ts';
import type { HsmRow } from '../../domain/index.ts';
import type { ClusterLimits, Subnet } from '../contract.ts';
import type { HsmHost } from '../remote/host-files.ts';
import type { Reader } from '../../storage/index.ts';
import { freeAddress, isHostOf, isShared, vpcOf } from '../network.ts';
import { invalid, requireCluster, type ClusterName, type ClusterRows } from '../rows.ts';
import type { RequestContext } from './context.ts';
import { ID_LENGTH } from './create-cluster.ts';

export interface NewHsm {
  readonly availabilityZone: string;
  readonly ipAddress?: string | undefined;
}

export function createHsm(
  context: RequestContext,
  name: ClusterName,
  wanted: NewHsm,
): Promise<HsmRow> {
  return context.store.transact(async (transaction) => {
    const rows = await requireCluster(transaction, name);
    checkState(rows);
    const subnet = subnetFor(context, rows, wanted.availabilityZone);
    const others = await transaction.list('hsms', [name.account, name.region]);
    checkQuotas(rows, others.length, context.limits);
    const host = await findHost(context, transaction, wanted);
    const hsm: HsmRow = {
      account: name.account,
      region: name.region,
      clusterId: name.clusterId,
      hsmId: `hsm-${base32Id(ID_LENGTH)}`,
      availabilityZone: subnet.availabilityZone,
      subnetId: subnet.subnetId,
      eniId: `eni-${hexId(17)}`,
      eniIp:
        host?.address ??
        addressIn(subnet, new Set(others.map((other) => other.eniIp)), wanted.ipAddress),
      ...(host && { hostId: host.hostId }),
      port: 0,
      state: 'CREATE_IN_PROGRESS',
      stateMessage: 'HSM is being created.',
      creationDate: context.clock.now(),
      ...restoreSource(rows),
    };
    await transaction.put('hsms', hsm);
    return hsm;
  });
}

/** Another machine, if one offers itself for the zone; otherwise the HSM runs on this one. */
async function findHost(
  { hosts }: RequestContext,
  reader: Reader,
  { availabilityZone, ipAddress }: NewHsm,
): Promise<HsmHost | undefined> {
  const all = await reader.list('hsms', []);
  return hosts.findFree(
    availabilityZone,
    new Set(all.flatMap(({ hostId = [] }) => hostId)),
    ipAddress,
  );
}

/** Until activation a cluster's identity and users are those of its first HSM, so there must be only that one. */
function checkState({ cluster, hsms, backups }: ClusterRows): void {
  const { clusterId, state } = cluster;
  if (state === 'ACTIVE') {
    if (hsms.some(isRemaining) || newestBackup({ cluster, backups }) !== undefined) return;
    throw invalid(
      `Cluster '${clusterId}' has neither an HSM left that a new one could be cloned from nor a backup.`,
    );
  }
  if (hsms.length > 0)
    throw invalid(
      `Cluster '${clusterId}' already contains an HSM but has not yet been fully activated`,
    );
  if (state !== 'UNINITIALIZED')
    throw invalid(
      `Cluster '${clusterId}' is in state ${state}; an HSM can be created only in state UNINITIALIZED or ACTIVE.`,
    );
}

function isRemaining({ state }: HsmRow): boolean {
  return state !== 'DELETE_IN_PROGRESS';
}

/** With no other HSM to be cloned from, a new one of an active cluster begins with what was backed up last. */
function restoreSource({ cluster, hsms, backups }: ClusterRows): { readonly restoreFrom?: string } {
  const backupId =
    cluster.state === 'ACTIVE' && !hsms.some(isRemaining)
      ? newestBackup({ cluster, backups })
      : undefined;
  return backupId === undefined ? {} : { restoreFrom: backupId };
}

/** Also one that is just being made, by the last HSM on its way out: it is the newest. */
function newestBackup({
  cluster,
  backups,
}: Pick<ClusterRows, 'cluster' | 'backups'>): string | undefined {
  const usable = backups.filter(
    ({ state, copy }) => !copy && (state === 'READY' || state === 'CREATE_IN_PROGRESS'),
  );
  return (
    usable.toSorted((a, b) => b.creationDate - a.creationDate)[0]?.backupId ??
    cluster.sourceBackupId
  );
}

function subnetFor({ loopback }: RequestContext, { cluster }: ClusterRows, zone: string): Subnet {
  const subnetId = cluster.subnetMapping[zone];
  const subnet = vpcOf(cluster, loopback).subnets.find(
    (candidate) => candidate.subnetId === subnetId,
  );
  if (!subnet)
    throw invalid(`Cluster '${cluster.clusterId}' has no subnet in Availability Zone '${zone}'.`);
  return subnet;
}

function checkQuotas(
  { cluster, hsms }: ClusterRows,
  ofAccount: number,
  limits: ClusterLimits,
): void {
  if (hsms.length >= limits.hsmsPerCluster) {
    throw invalid(
      `Cluster '${cluster.clusterId}' already contains the maximum number of HSMs (${limits.hsmsPerCluster}).`,
    );
  }
  if (ofAccount >= limits.hsms)
    throw invalid(
      `The maximum number of HSMs for this account and Region (${limits.hsms}) has been reached.`,
    );
}

function addressIn(subnet: Subnet, taken: ReadonlySet<string>, wanted: string | undefined): string {
  if (wanted === undefined) {
    const address = freeAddress(subnet, taken);
    if (address === undefined) throw invalid(`Subnet '${subnet.subnetId}' has no free IP address.`);
    return address;
  }
  if (!isHostOf(subnet, wanted))
    throw invalid(
      `IP address ${wanted} is not in subnet '${subnet.subnetId}' (${subnet.cidrBlock}).`,
    );
  if (taken.has(wanted) && !isShared(wanted))
    throw invalid(`IP address ${wanted} is already in use.`);
  return wanted;
}
