import { defineOperation } from '../operation.ts';
import { joinedTags } from './cluster-tags.ts';
import { amendTags, taggedTargets } from './tagged-resource.ts';

export const TagResource = defineOperation('cloudhsm', 'TagResource', {
  effect: 'write',
  targets: ({ ResourceId }) => taggedTargets(ResourceId),
  async handle(services, { TagList }, targets) {
    await amendTags(services, targets, (tags) => joinedTags(tags, TagList));
    return {};
  },
});
