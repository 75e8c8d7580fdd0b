import { KmsError, type ClusterRow } from '../../domain/index.ts';
import type { AuthorizedCluster } from '../operation.ts';

/**
 * Returns the cluster that the request names.
 * @throws KmsError CloudHsmResourceNotFoundException
 */
export function requireCluster({ cluster, clusterId }: AuthorizedCluster): ClusterRow {
  if (cluster && cluster.state !== 'DELETED') return cluster;
  throw new KmsError('CloudHsmResourceNotFoundException', `Cluster '${clusterId}' was not found.`);
}
