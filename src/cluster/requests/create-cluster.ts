import { base32Id, hexId } from '../../base/index.ts';
import type { BackupRow, ClusterRow, Scope } from '../../domain/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { HSM_TYPE, type NewCluster, type Vpc } from '../contract.ts';
import { vpcOf } from '../network.ts';
import { invalid } from '../rows.ts';
import { requireReady } from './backups.ts';
import type { RequestContext } from './context.ts';

/** Number of characters after the prefix of cluster and HSM IDs. */
export const ID_LENGTH = 11;

export async function createCluster(
  context: RequestContext,
  scope: Scope,
  request: NewCluster,
): Promise<ClusterRow> {
  if (request.hsmType !== HSM_TYPE) throw invalid('Provided HsmType is not supported.');
  const vpc = vpcOf(scope, context.loopback);
  const subnetMapping = mapSubnets(vpc, request.subnetIds);
  const source = request.source;
  if (source) checkSource(source, request.mode);
  const cluster: ClusterRow = {
    account: scope.account,
    region: scope.region,
    clusterId: `cluster-${base32Id(ID_LENGTH)}`,
    hsmType: request.hsmType,
    mode: source?.mode ?? request.mode ?? 'FIPS',
    networkType: 'IPV4',
    state: 'CREATE_IN_PROGRESS',
    stateMessage: 'Cluster is being created.',
    vpcId: vpc.vpcId,
    securityGroup: `sg-${hexId(17)}`,
    subnetMapping,
    retentionDays: request.retentionDays,
    ...(source && restoredFrom(source)),
    tags: request.tags,
    creationDate: context.clock.now(),
  };
  await context.store.transact(async (transaction) => {
    await checkQuota(transaction, scope, context.limits.clusters);
    await transaction.put('clusters', cluster);
  });
  return cluster;
}

function checkSource(source: BackupRow, mode: ClusterRow['mode'] | undefined): void {
  requireReady(source, 'restored');
  if (mode !== undefined && mode !== source.mode)
    throw invalid(`A ${source.mode} backup can be restored to a ${source.mode} cluster only.`);
}

/** Returns the columns of a restored cluster. It shares the backed-up cluster's certificate. */
function restoredFrom({ backupId, clusterCertificate, trustAnchor }: BackupRow) {
  return { sourceBackupId: backupId, clusterCertificate, trustAnchor };
}

function mapSubnets(vpc: Vpc, subnetIds: readonly string[]): Record<string, string> {
  const byId = new Map(vpc.subnets.map((subnet) => [subnet.subnetId, subnet]));
  const unknown = subnetIds.filter((id) => !byId.has(id));
  if (unknown.length > 0)
    throw invalid(`The following subnets do not exist: ${unknown.join(', ')}`);
  const mapping: Record<string, string> = {};
  for (const id of subnetIds) {
    const zone = byId.get(id)?.availabilityZone ?? '';
    if (zone in mapping)
      throw invalid(
        `Only one subnet per Availability Zone can be given; ${zone} has more than one.`,
      );
    mapping[zone] = id;
  }
  return mapping;
}

async function checkQuota(
  transaction: Transaction,
  { account, region }: Scope,
  limit: number,
): Promise<void> {
  const clusters = await transaction.list('clusters', [account, region]);
  if (clusters.length >= limit)
    throw invalid(
      `The maximum number of clusters for this account and Region (${limit}) has been reached.`,
    );
}
