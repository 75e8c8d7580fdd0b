import { KmsError, type ClusterRow } from '../../domain/index.ts';
import type { AuthorizedCluster } from '../operation.ts';

/** The cluster that the request names; CloudHSM's error if there is none. */
export function requireCluster({ cluster, clusterId }: AuthorizedCluster): ClusterRow {
  if (cluster && cluster.state !== 'DELETED') return cluster;
  throw new KmsError('CloudHsmResourceNotFoundException', `Cluster '${clusterId}' was not found.`);
}
