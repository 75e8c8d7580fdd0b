import type { ClusterRow, HsmRow } from '../../domain/index.ts';
import type { ClusterRows } from '../rows.ts';
import { pendingBackup } from './backups.ts';
import { awaitsActivation, type Step, type StepContext } from './step.ts';

/** Removes HSMs that are to be deleted, each when the others hold all that it holds. Throws while one has to wait. */
export const removeHsms: Step = async (context, rows) => {
  const { store, processes, log } = context;
  const leaving = rows.hsms.find((hsm) => hsm.state === 'DELETE_IN_PROGRESS');
  // What it holds is to be backed up first.
  if (!leaving || pendingBackup(rows) || !(await mayLeave(context, rows, leaving))) return false;
  await processes.remove(leaving.hsmId);
  await store.transact(async (transaction) => {
    const { account, region, clusterId, hsmId } = leaving;
    await transaction.delete('hsms', account, region, clusterId, hsmId);
    const cluster = await transaction.get('clusters', account, region, clusterId);
    const rest = await transaction.list('hsms', [account, region, clusterId]);
    if (cluster && rest.length === 0 && awaitsActivation(cluster))
      await transaction.put('clusters', resetToUninitialized(cluster));
  });
  log.info({ clusterId: leaving.clusterId, hsmId: leaving.hsmId }, 'HSM is deleted');
  return true;
};

/** The last one may always go, and so may one that was tried to be started again and did not start. */
async function mayLeave(
  { processes }: StepContext,
  { cluster, hsms }: ClusterRows,
  leaving: HsmRow,
): Promise<boolean> {
  const { hsmId } = leaving;
  if (
    hsms.every(({ state }) => state === 'DELETE_IN_PROGRESS') ||
    !processes.wasStarted(hsmId) ||
    processes.failure(hsmId)?.ran === false
  )
    return true;
  const process = processes.get(hsmId);
  // The control plane was restarted meanwhile. What the HSM holds may be nowhere else, so it has to run once more.
  if (!process) processes.ensureStarted(cluster, leaving, awaitsActivation(cluster));
  if (!process) return false;
  if ((await process.call('retire', {})).covered) return true;
  throw new Error(`HSM ${hsmId} can't be deleted before another HSM holds all that it holds`);
}

/** What the cluster's row says of the key pair of its first HSM. */
const identityMembers = [
  'clusterCsr',
  'hsmCertificate',
  'awsHardwareCertificate',
  'manufacturerHardwareCertificate',
  'clusterCertificate',
  'trustAnchor',
] as const;

/** The cluster's key pair went with its only HSM: the next HSM makes a new one, and the customer's CA signs anew. */
function resetToUninitialized(cluster: ClusterRow): ClusterRow {
  if (cluster.state === 'DELETE_IN_PROGRESS' || cluster.state === 'CREATE_IN_PROGRESS')
    return cluster;
  const anew: { -readonly [Member in keyof ClusterRow]: ClusterRow[Member] } = { ...cluster };
  for (const member of identityMembers) delete anew[member];
  return { ...anew, state: 'UNINITIALIZED', stateMessage: 'Cluster has no HSM.' };
}

export const removeCluster: Step = async ({ store, log }, { cluster, hsms }: ClusterRows) => {
  if (cluster.state !== 'DELETE_IN_PROGRESS' || hsms.length > 0) return false;
  await store.transact((transaction) =>
    transaction.delete('clusters', cluster.account, cluster.region, cluster.clusterId),
  );
  log.info({ clusterId: cluster.clusterId }, 'cluster is deleted');
  return true;
};
