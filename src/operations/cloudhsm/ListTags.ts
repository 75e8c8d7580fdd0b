import { defineOperation } from '../operation.ts';
import { foundCluster } from './found-cluster.ts';
import { tokenPage } from './next-token.ts';

const DEFAULT_LIMIT = 100;

export const ListTags = defineOperation('cloudhsm', 'ListTags', {
  effect: 'read',
  targets: ({ ResourceId }) => ({ cluster: { on: 'cluster', clusterId: ResourceId } }),
  async handle(_services, { MaxResults = DEFAULT_LIMIT, NextToken }, { cluster }) {
    const tags = foundCluster(cluster).tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const { rows, more } = tokenPage(tags, ({ key }) => key, MaxResults, NextToken);
    return { TagList: rows.map(({ key, value }) => ({ Key: key, Value: value })), ...more };
  },
});
