/** Steps of a cluster's first HSM. Later HSMs join the cluster, see `membership.ts`. */
import type { ClusterRow } from '../../domain/index.ts';
import { HsmError } from '../../hsm/wire/index.ts';
import { certifyHardware } from '../certify-hardware.ts';
import { backupRequest } from '../backups/backup-request.ts';
import { changeCluster } from '../rows.ts';
import { running, type Step } from './step.ts';

export const finishCreation: Step = ({ store }, { cluster }) => {
  if (cluster.state !== 'CREATE_IN_PROGRESS') return Promise.resolve(false);
  // A cluster created from a backup already has its certificate and users.
  const state = cluster.sourceBackupId === undefined ? 'UNINITIALIZED' : 'ACTIVE';
  return changeCluster(store, cluster, (row) => ({
    ...row,
    state,
    stateMessage: 'Cluster created successfully.',
  }));
};

/**
 * Certifies the hardware of the first HSM, and records the certificates and the cluster's CSR in
 * the cluster's row.
 */
export const certifyFirstHsm: Step = async (context, rows) => {
  const [first] = running(context, rows);
  if (rows.cluster.state !== 'UNINITIALIZED' || first?.hsm.state !== 'CREATE_IN_PROGRESS')
    return false;
  const certificates = await certifyHardware(first.process, context.authorities);
  const { clusterCsr } = first.process.status;
  if (clusterCsr === undefined) throw new Error('the first HSM has no cluster CSR');
  const { account, region, clusterId, hsmId } = first.hsm;
  await context.store.transact(async (transaction) => {
    const hsm = await transaction.get('hsms', account, region, clusterId, hsmId);
    const cluster = await transaction.get('clusters', account, region, clusterId);
    if (!cluster || hsm?.state !== 'CREATE_IN_PROGRESS') return;
    await transaction.put('clusters', { ...cluster, ...certificates, clusterCsr });
    await transaction.put('hsms', { ...hsm, state: 'ACTIVE', stateMessage: 'HSM created.' });
  });
  return true;
};

/**
 * Installs the customer's certificates in the HSM. They have been checked, so the HSM rejects them
 * only if it was replaced in the meantime.
 */
export const initialize: Step = async (context, rows) => {
  const { cluster } = rows;
  const [first] = running(context, rows);
  if (cluster.state !== 'INITIALIZE_IN_PROGRESS' || !first) return false;
  const rejection = await initializeHsm(
    first,
    cluster.clusterCertificate ?? '',
    cluster.trustAnchor ?? '',
  );
  if (rejection)
    context.log.error(
      { clusterId: cluster.clusterId, err: rejection },
      'HSM rejected the cluster certificate',
    );
  return changeCluster(context.store, cluster, (row) => {
    if (row.state !== 'INITIALIZE_IN_PROGRESS') return undefined;
    if (rejection)
      return {
        ...row,
        state: 'UNINITIALIZED',
        stateMessage: `Initialization failed: ${rejection.message}`,
      };
    return {
      ...row,
      state: 'INITIALIZED',
      stateMessage: 'Cluster is initialized but not yet activated.',
    };
  });
};

async function initializeHsm(
  { process, status }: ReturnType<typeof running>[number],
  clusterCertificate: string,
  trustAnchor: string,
): Promise<HsmError | undefined> {
  if (status.lifecycle !== 'uninitialized') return undefined;
  try {
    await process.call('initialize', { clusterCertificate, trustAnchor });
    return undefined;
  } catch (error) {
    if (error instanceof HsmError) return error;
    throw error;
  }
}

/**
 * Records that the customer has restored an exported backup directly at the HSM, which turns the
 * cluster into the exported one.
 */
export const recordRestore: Step = async (context, rows) => {
  const restored = running(context, rows).find(({ status }) => status.lifecycle === 'active');
  if (rows.cluster.state !== 'UNINITIALIZED' || !restored) return false;
  const { clusterCertificate = '', trustAnchor = '' } = restored.status;
  const { account, region, clusterId } = rows.cluster;
  await context.store.transact(async (transaction) => {
    const cluster = await transaction.get('clusters', account, region, clusterId);
    if (cluster?.state !== 'UNINITIALIZED') return;
    const active: ClusterRow = {
      ...cluster,
      clusterCertificate,
      trustAnchor,
      state: 'ACTIVE',
      stateMessage: 'Cluster is active.',
    };
    await transaction.put('clusters', active);
    await transaction.put('backups', backupRequest(active, 'activation', context.clock.now()));
  });
  return true;
};

/** Records that the customer has set the first admin's password, directly at the HSM. */
export const recordActivation: Step = async (context, rows) => {
  if (rows.cluster.state !== 'INITIALIZED') return false;
  if (!running(context, rows).some(({ status }) => status.lifecycle === 'active')) return false;
  const { account, region, clusterId } = rows.cluster;
  await context.store.transact(async (transaction) => {
    const cluster = await transaction.get('clusters', account, region, clusterId);
    if (cluster?.state !== 'INITIALIZED') return;
    await transaction.put('clusters', {
      ...cluster,
      state: 'ACTIVE',
      stateMessage: 'Cluster is active.',
    });
    await transaction.put('backups', backupRequest(cluster, 'activation', context.clock.now()));
  });
  return true;
};
