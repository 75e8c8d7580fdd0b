import type { ClusterRow, HsmRow } from '../../domain/index.ts';
import type { ClusterRows } from '../rows.ts';
import { pendingBackup } from './backups.ts';
import { awaitsActivation, running, type Step, type StepContext } from './step.ts';

/**
 * Removes an HSM that is to be deleted, once the others hold all its data. Throws while that is not
 * the case, so that the step is retried.
 */
export const removeHsms: Step = async (context, rows) => {
  const { store, processes, log } = context;
  const leaving = rows.hsms.find((hsm) => hsm.state === 'DELETE_IN_PROGRESS');
  // Pending backups come first, because they may include its data.
  if (!leaving || pendingBackup(rows) || !(await mayLeave(context, rows, leaving))) return false;
  await processes.remove(leaving.hsmId);
  await removeMember(context, rows, leaving.hsmId);
  await store.transact(async (transaction) => {
    const { account, region, clusterId, hsmId } = leaving;
    await transaction.delete('hsms', account, region, clusterId, hsmId);
    const cluster = await transaction.get('clusters', account, region, clusterId);
    const rest = await transaction.list('hsms', [account, region, clusterId]);
    if (cluster && rest.length === 0 && awaitsActivation(cluster))
      await transaction.put('clusters', resetToUninitialized(cluster));
  });
  log.info({ clusterId: leaving.clusterId, hsmId: leaving.hsmId }, 'HSM deleted');
  return true;
};

/** Removes the HSM from the cluster's list of members, at one of those that remain. */
async function removeMember(context: StepContext, rows: ClusterRows, hsmId: string): Promise<void> {
  const member = running(context, rows).find(
    ({ status }) => status.lifecycle === 'active' && status.synchronized,
  );
  // The last HSM of a cluster takes the list with it.
  await member?.process.call('removeMember', { hsmId });
}

/**
 * Returns true if an HSM can be removed: another one holds all its data, or it is the last one, or
 * it could not be restarted, or it is not a member of the cluster.
 */
async function mayLeave(
  context: StepContext,
  rows: ClusterRows,
  leaving: HsmRow,
): Promise<boolean> {
  const { processes } = context;
  const { cluster, hsms } = rows;
  const { hsmId } = leaving;
  if (
    hsms.every(({ state }) => state === 'DELETE_IN_PROGRESS') ||
    !processes.wasStarted(hsmId) ||
    processes.failure(hsmId)?.ran === false ||
    isOutsider(context, rows, hsmId)
  )
    return true;
  const process = processes.get(hsmId);
  // The control plane was restarted. The HSM may hold the only copy of a key, so it must run again.
  if (!process) processes.ensureStarted(cluster, leaving, awaitsActivation(cluster));
  if (!process) return false;
  if ((await process.call('retire', {})).covered) return true;
  throw new Error(`HSM ${hsmId} can't be deleted until another HSM holds all its data`);
}

/** Returns true if the cluster's other HSMs do not count this one as a member. */
function isOutsider(context: StepContext, rows: ClusterRows, hsmId: string): boolean {
  const others = running(context, rows).filter(
    ({ status }) => status.lifecycle === 'active' && status.synchronized,
  );
  return others.length > 0 && others.every(({ status }) => !status.members.includes(hsmId));
}

/** Columns of the cluster's row that depend on the key pair of its first HSM. */
const identityMembers = [
  'clusterCsr',
  'hsmCertificate',
  'awsHardwareCertificate',
  'manufacturerHardwareCertificate',
  'clusterCertificate',
  'trustAnchor',
] as const;

/**
 * Returns the row of a cluster that lost its key pair with its only HSM. The next HSM makes a new
 * pair, which the customer's CA has to sign again.
 */
function resetToUninitialized(cluster: ClusterRow): ClusterRow {
  if (cluster.state === 'DELETE_IN_PROGRESS' || cluster.state === 'CREATE_IN_PROGRESS')
    return cluster;
  const reset: { -readonly [Member in keyof ClusterRow]: ClusterRow[Member] } = { ...cluster };
  for (const member of identityMembers) delete reset[member];
  return { ...reset, state: 'UNINITIALIZED', stateMessage: 'Cluster has no HSM.' };
}

export const removeCluster: Step = async ({ store, log }, { cluster, hsms }: ClusterRows) => {
  if (cluster.state !== 'DELETE_IN_PROGRESS' || hsms.length > 0) return false;
  await store.transact((transaction) =>
    transaction.delete('clusters', cluster.account, cluster.region, cluster.clusterId),
  );
  log.info({ clusterId: cluster.clusterId }, 'cluster deleted');
  return true;
};
