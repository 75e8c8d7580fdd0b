import type { ClusterRow } from '../../domain/index.ts';
import { claimProblem } from '../claim.ts';
import type { Claim } from '../contract.ts';
import { invalid, requireCluster, type ClusterRef } from '../rows.ts';
import type { RequestContext } from './context.ts';

export async function initializeCluster(
  { store, clock }: RequestContext,
  ref: ClusterRef,
  claim: Claim,
): Promise<ClusterRow> {
  const csr = csrOf((await store.read((reader) => requireCluster(reader, ref))).cluster);
  // Outside the transaction, because verifying signatures is slow and would block other writers.
  const fault = await claimProblem(claim, csr, clock.now());
  return store.transact(async (transaction) => {
    const { cluster } = await requireCluster(transaction, ref);
    if (csrOf(cluster) !== csr) throw invalid('The cluster CSR has changed: sign the new one.');
    if (fault !== undefined) throw invalid(fault);
    const initializing: ClusterRow = {
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

/** Returns the CSR for the customer to sign. Throws if the cluster does not wait for that. */
function csrOf({ clusterId, state, clusterCsr }: ClusterRow): string {
  if (state !== 'UNINITIALIZED')
    throw invalid(
      `Cluster '${clusterId}' is in state ${state}; only an UNINITIALIZED cluster can be initialized.`,
    );
  if (clusterCsr === undefined)
    throw invalid(
      `Cluster '${clusterId}' has no certificate signing request yet: create an HSM first.`,
    );
  return clusterCsr;
}
