import type { ClusterRecord } from '../../domain/index.ts';
import { claimFault } from '../claim.ts';
import type { Claim } from '../contract.ts';
import { invalid, needCluster, type ClusterName } from '../rows.ts';
import type { RequestContext } from './context.ts';

export function initializeCluster({ store, clock }: RequestContext, name: ClusterName, claim: Claim): Promise<ClusterRecord> {
  return store.transact(async (transaction) => {
    const { cluster } = await needCluster(transaction, name);
    if (cluster.state !== 'UNINITIALIZED') {
      throw invalid(`Cluster '${name.clusterId}' is in state ${cluster.state}; only an UNINITIALIZED cluster can be initialized.`);
    }
    if (cluster.clusterCsr === undefined) throw invalid(`Cluster '${name.clusterId}' has no certificate signing request yet: create an HSM first.`);
    const fault = claimFault(claim, cluster.clusterCsr, clock.now());
    if (fault !== undefined) throw invalid(fault);
    const initializing: ClusterRecord = {
      ...cluster,
      state: 'INITIALIZE_IN_PROGRESS',
      stateMessage: 'Cluster is initializing. State will change to INITIALIZED upon completion.',
      clusterCertificate: claim.signedCert,
      trustAnchor: claim.trustAnchor,
    };
    await transaction.put('clusters', initializing);
    return initializing;
  });
}
