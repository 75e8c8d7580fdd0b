import { defineOperation } from '../../operation.ts';
import { amendKey } from './amend-key.ts';

export const EnableKey = defineOperation('kms', 'EnableKey', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'switchable' } }),
  async handle(services, _input, { key }) {
    await amendKey(services, key, (row) => ({ ...row, enabled: true }));
    return {};
  },
});
