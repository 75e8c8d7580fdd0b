import { base32Id, hexId } from '../../base/index.ts';
import type { HsmRow } from '../../domain/index.ts';
import type { ClusterLimits, Subnet } from '../contract.ts';
import type { HsmHost } from '../remote/host-files.ts';
import type { Reader } from '../../storage/index.ts';
import { freeAddress, isHostOf, isShared, vpcOf } from '../network.ts';
import { invalid, requireCluster, type ClusterRef, type ClusterRows } from '../rows.ts';
import type { RequestContext } from './context.ts';
import { ID_LENGTH } from './create-cluster.ts';

export interface NewHsm {
  readonly availabilityZone: string;
  readonly ipAddress?: string | undefined;
}

export function createHsm(
  context: RequestContext,
  ref: ClusterRef,
  request: NewHsm,
): Promise<HsmRow> {
  return context.store.transact(async (transaction) => {
    const rows = await requireCluster(transaction, ref);
    checkState(rows);
    const subnet = subnetFor(context, rows, request.availabilityZone);
    const others = await transaction.list('hsms', [ref.account, ref.region]);
    checkQuotas(rows, others.length, context.limits);
    const host = await findHost(context, transaction, request);
    const hsm: HsmRow = {
      account: ref.account,
      region: ref.region,
      clusterId: ref.clusterId,
      hsmId: `hsm-${base32Id(ID_LENGTH)}`,
      availabilityZone: subnet.availabilityZone,
      subnetId: subnet.subnetId,
      eniId: `eni-${hexId(17)}`,
      eniIp:
        host?.address ??
        addressIn(subnet, new Set(others.map((other) => other.eniIp)), request.ipAddress),
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

/** Finds another machine that offers itself for the zone. Otherwise the HSM runs on this one. */
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

/**
 * Rejects an HSM that the cluster cannot have in its current state. Until activation, the cluster's
 * key pair and users exist only in its first HSM, so there must be only one.
 */
function checkState({ cluster, hsms, backups }: ClusterRows): void {
  const { clusterId, state } = cluster;
  if (state === 'ACTIVE') {
    if (hsms.some(isRemaining) || newestBackup({ cluster, backups }) !== undefined) return;
    throw invalid(
      `Cluster '${clusterId}' has neither an HSM to clone a new one from nor a backup to restore.`,
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

/**
 * Returns the backup to restore into a new HSM: the newest one, if an active cluster has no other
 * HSM to clone the new one from.
 */
function restoreSource({ cluster, hsms, backups }: ClusterRows): { readonly restoreFrom?: string } {
  const backupId =
    cluster.state === 'ACTIVE' && !hsms.some(isRemaining)
      ? newestBackup({ cluster, backups })
      : undefined;
  return backupId === undefined ? {} : { restoreFrom: backupId };
}

/** Includes a backup in progress: the last HSM makes one before it is deleted. */
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

function addressIn(
  subnet: Subnet,
  taken: ReadonlySet<string>,
  requested: string | undefined,
): string {
  if (requested === undefined) {
    const address = freeAddress(subnet, taken);
    if (address === undefined) throw invalid(`Subnet '${subnet.subnetId}' has no free IP address.`);
    return address;
  }
  if (!isHostOf(subnet, requested))
    throw invalid(
      `IP address ${requested} is not in subnet '${subnet.subnetId}' (${subnet.cidrBlock}).`,
    );
  if (taken.has(requested) && !isShared(requested))
    throw invalid(`IP address ${requested} is already in use.`);
  return requested;
}
