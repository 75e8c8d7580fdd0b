import { defineOperation } from '../../operation.ts';
import { amendKey } from '../keys/amend-key.ts';

export const UntagResource = defineOperation('kms', 'UntagResource', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'not-pending-deletion' } }),
  async handle(services, { TagKeys }, { key }) {
    await amendKey(services, key, (row) => ({
      ...row,
      tags: row.tags.filter((tag) => !TagKeys.includes(tag.key)),
    }));
    return {};
  },
});
