import { defineOperation } from '../operation.ts';
import { amendClusterTags } from './amend-cluster-tags.ts';

export const UntagResource = defineOperation('cloudhsm', 'UntagResource', {
  effect: 'write',
  targets: ({ ResourceId }) => ({ cluster: { on: 'cluster', clusterId: ResourceId } }),
  async handle(services, { TagKeyList }, { cluster }) {
    await amendClusterTags(services, cluster, (tags) => tags.filter(({ key }) => !TagKeyList.includes(key)));
    return {};
  },
});
