import type { ClusterRecord } from '../../domain/index.ts';
import type { ClusterRows } from '../rows.ts';
import { isUnclaimed, type Step } from './step.ts';

export const removeHsms: Step = async ({ store, fleet, log }, { hsms }) => {
  const leaving = hsms.find((hsm) => hsm.state === 'DELETE_IN_PROGRESS');
  if (!leaving) return false;
  await fleet.remove(leaving.hsmId);
  await store.transact(async (transaction) => {
    const { account, region, clusterId, hsmId } = leaving;
    await transaction.delete('hsms', account, region, clusterId, hsmId);
    const cluster = await transaction.get('clusters', account, region, clusterId);
    const rest = await transaction.list('hsms', [account, region, clusterId]);
    if (cluster && rest.length === 0 && isUnclaimed(cluster)) await transaction.put('clusters', unclaim(cluster));
  });
  log.info({ clusterId: leaving.clusterId, hsmId: leaving.hsmId }, 'HSM is deleted');
  return true;
};

/** What the cluster's row says of the key pair of its first HSM. */
const identity = [
  'clusterCsr',
  'hsmCertificate',
  'awsHardwareCertificate',
  'manufacturerHardwareCertificate',
  'clusterCertificate',
  'trustAnchor',
] as const;

/** The cluster's key pair went with its only HSM: the next HSM makes a new one, and the customer's CA signs anew. */
function unclaim(cluster: ClusterRecord): ClusterRecord {
  if (cluster.state === 'DELETE_IN_PROGRESS' || cluster.state === 'CREATE_IN_PROGRESS') return cluster;
  const anew: { -readonly [Member in keyof ClusterRecord]: ClusterRecord[Member] } = { ...cluster };
  for (const member of identity) delete anew[member];
  return { ...anew, state: 'UNINITIALIZED', stateMessage: 'Cluster has no HSM.' };
}

export const removeCluster: Step = async ({ store, log }, { cluster, hsms }: ClusterRows) => {
  if (cluster.state !== 'DELETE_IN_PROGRESS' || hsms.length > 0) return false;
  await store.transact((transaction) => transaction.delete('clusters', cluster.account, cluster.region, cluster.clusterId));
  log.info({ clusterId: cluster.clusterId }, 'cluster is deleted');
  return true;
};
