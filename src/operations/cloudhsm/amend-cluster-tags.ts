import { KmsError, type Tag } from '../../domain/index.ts';
import type { AuthorizedCluster } from '../operation.ts';
import type { Services } from '../services.ts';
import { foundCluster } from './found-cluster.ts';

/** Replaces the cluster's tags by what `change` makes of those that are there when it is written. */
export function amendClusterTags(
  { store }: Services,
  target: AuthorizedCluster,
  change: (tags: readonly Tag[]) => readonly Tag[],
): Promise<void> {
  const { account, region, clusterId } = foundCluster(target);
  return store.transact(async (transaction) => {
    const cluster = await transaction.get('clusters', account, region, clusterId);
    if (!cluster) throw new KmsError('CloudHsmResourceNotFoundException', `Cluster '${clusterId}' was not found.`);
    await transaction.put('clusters', { ...cluster, tags: change(cluster.tags) });
  });
}
