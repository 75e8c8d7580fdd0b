import { defineOperation } from '../operation.ts';
import { amendTags, taggedTargets } from './tagged-resource.ts';

export const UntagResource = defineOperation('cloudhsm', 'UntagResource', {
  effect: 'write',
  targets: ({ ResourceId }) => taggedTargets(ResourceId),
  async handle(services, { TagKeyList }, targets) {
    await amendTags(services, targets, (tags) =>
      tags.filter(({ key }) => !TagKeyList.includes(key)),
    );
    return {};
  },
});
