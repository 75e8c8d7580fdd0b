import { defineOperation } from '../../operation.ts';
import { amendKey } from './amend-key.ts';

export const UpdateKeyDescription = defineOperation('kms', 'UpdateKeyDescription', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'not-pending-deletion' } }),
  async handle(services, { Description }, { key }) {
    await amendKey(services, key, (row) => ({ ...row, description: Description }));
    return {};
  },
});
