import { defineOperation } from '../../operation.ts';
import { amendKey } from '../keys/amend-key.ts';
import { checkedTags } from './checked-tags.ts';

export const TagResource = defineOperation('kms', 'TagResource', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'not-pending-deletion' } }),
  async handle(services, { Tags }, { key }) {
    await amendKey(services, key, (row) => ({ ...row, tags: checkedTags(row.tags, Tags) }));
    return {};
  },
});
