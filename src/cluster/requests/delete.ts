import type { ClusterRow, HsmRow } from '../../domain/index.ts';
import { backupRequest } from '../backups/backup-request.ts';
import type { HsmSelector } from '../contract.ts';
import { invalid, requireCluster, type ClusterRef } from '../rows.ts';
import { KmsError } from '../../domain/index.ts';
import type { RequestContext } from './context.ts';

export async function deleteHsm(
  { store, clock }: RequestContext,
  ref: ClusterRef,
  selector: HsmSelector,
): Promise<HsmRow> {
  const given = [selector.hsmId, selector.eniId, selector.eniIp].filter(
    (value) => value !== undefined,
  );
  if (given.length !== 1) throw invalid('Exactly one of HsmId, EniId and EniIp must be specified.');
  return store.transact(async (transaction) => {
    const { cluster, hsms } = await requireCluster(transaction, ref);
    const [hsm, second] = hsms.filter(
      ({ hsmId, eniId, eniIp }) =>
        hsmId === selector.hsmId || eniId === selector.eniId || eniIp === selector.eniIp,
    );
    if (!hsm)
      throw new KmsError(
        'CloudHsmResourceNotFoundException',
        `HSM '${given[0]}' was not found in cluster '${ref.clusterId}'.`,
      );
    if (second)
      throw invalid(
        `More than one HSM of cluster '${ref.clusterId}' has the IP address ${given[0]}; specify HsmId.`,
      );
    const deleting: HsmRow = {
      ...hsm,
      state: 'DELETE_IN_PROGRESS',
      stateMessage: 'HSM is being deleted.',
    };
    await transaction.put('hsms', deleting);
    if (cluster.state === 'ACTIVE' && hsm.state !== 'DELETE_IN_PROGRESS') {
      await transaction.put('backups', backupRequest(cluster, 'leave', clock.now()));
    }
    return deleting;
  });
}

export function deleteCluster({ store }: RequestContext, ref: ClusterRef): Promise<ClusterRow> {
  return store.transact(async (transaction) => {
    const { cluster, hsms } = await requireCluster(transaction, ref);
    if (hsms.length > 0)
      throw invalid(
        `Cluster '${ref.clusterId}' contains ${hsms.length} HSMs; delete them before the cluster.`,
      );
    const deleting: ClusterRow = {
      ...cluster,
      state: 'DELETE_IN_PROGRESS',
      stateMessage: 'The cluster is being deleted.',
    };
    await transaction.put('clusters', deleting);
    return deleting;
  });
}
