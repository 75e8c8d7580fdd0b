import { defineOperation } from '../operation.ts';
import { tokenPage } from './next-token.ts';
import { taggedRow, taggedTargets } from './tagged-resource.ts';

const DEFAULT_LIMIT = 100;

export const ListTags = defineOperation('cloudhsm', 'ListTags', {
  effect: 'read',
  targets: ({ ResourceId }) => taggedTargets(ResourceId),
  async handle(_services, { MaxResults = DEFAULT_LIMIT, NextToken }, targets) {
    const tags = taggedRow(targets).tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const { rows, more } = tokenPage(tags, ({ key }) => key, MaxResults, NextToken);
    return { TagList: rows.map(({ key, value }) => ({ Key: key, Value: value })), ...more };
  },
});
