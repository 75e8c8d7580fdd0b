import { defineOperation } from '../operation.ts';
import { amendClusterTags } from './amend-cluster-tags.ts';
import { joinedTags } from './cluster-tags.ts';

export const TagResource = defineOperation('cloudhsm', 'TagResource', {
  effect: 'write',
  targets: ({ ResourceId }) => ({ cluster: { on: 'cluster', clusterId: ResourceId } }),
  async handle(services, { TagList }, { cluster }) {
    await amendClusterTags(services, cluster, (tags) => joinedTags(tags, TagList));
    return {};
  },
});
