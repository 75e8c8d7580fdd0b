import { defineOperation } from '../../operation.ts';
import { listPage } from '../../pagination.ts';

const DEFAULT_LIMIT = 50;

export const ListResourceTags = defineOperation('kms', 'ListResourceTags', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  async handle(_services, { Limit = DEFAULT_LIMIT, Marker }, { key }) {
    const tags = key.key.tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const { rows, more } = await listPage(
      Limit,
      Marker,
      async ({ after, limit }) =>
        tags.filter((tag) => after?.[0] === undefined || tag.key > after[0]).slice(0, limit),
      (tag) => [tag.key],
    );
    return {
      Tags: rows.map(({ key: TagKey, value: TagValue }) => ({ TagKey, TagValue })),
      ...more,
    };
  },
});
