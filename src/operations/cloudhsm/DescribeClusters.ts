import { KmsError, type ClusterRow } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { describeCluster } from './cluster-description.ts';
import { tokenPage } from './next-token.ts';

const DEFAULT_LIMIT = 25;

const filters = {
  clusterIds: (cluster) => cluster.clusterId,
  vpcIds: (cluster) => cluster.vpcId,
  states: (cluster) => cluster.state,
} as const satisfies Record<string, (cluster: ClusterRow) => string>;

type FilterName = keyof typeof filters;

export const DescribeClusters = defineOperation('cloudhsm', 'DescribeClusters', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, { Filters, MaxResults = DEFAULT_LIMIT, NextToken }, { service }) {
    const { account, region } = service.scope;
    const matches = filterOf(Filters ?? {});
    const [clusters, hsms] = await store.read((reader) =>
      Promise.all([
        reader.list('clusters', [account, region]),
        reader.list('hsms', [account, region]),
      ]),
    );
    const visible = clusters.filter((cluster) => cluster.state !== 'DELETED' && matches(cluster));
    const { rows, more } = tokenPage(
      visible,
      (cluster) => cluster.clusterId,
      MaxResults,
      NextToken,
    );
    const hsmsOf = Map.groupBy(hsms, (hsm) => hsm.clusterId);
    return {
      Clusters: rows.map((cluster) =>
        describeCluster(cluster, hsmsOf.get(cluster.clusterId) ?? []),
      ),
      ...more,
    };
  },
});

function isFilterName(name: string): name is FilterName {
  return Object.hasOwn(filters, name);
}

/** Compiles the filters. Each must match, by any one of its values. */
function filterOf(
  wanted: Readonly<Record<string, readonly string[]>>,
): (cluster: ClusterRow) => boolean {
  const tests = Object.entries(wanted).map(([name, values]) => {
    if (!isFilterName(name))
      throw new KmsError('CloudHsmInvalidRequestException', `Filter '${name}' is not supported.`);
    return (cluster: ClusterRow) => values.includes(filters[name](cluster));
  });
  return (cluster) => tests.every((test) => test(cluster));
}
