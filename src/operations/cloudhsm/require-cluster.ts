import type { ClusterRow } from '../../domain/index.ts';
import type { AuthorizedCluster } from '../operation.ts';
import { rowOf } from '../row-ref.ts';
import { clusterRef } from '../target-rows.ts';

/**
 * Returns the cluster that the request names.
 * @throws KmsError CloudHsmResourceNotFoundException
 */
export function requireCluster(target: AuthorizedCluster): ClusterRow {
  return rowOf(clusterRef(target));
}
