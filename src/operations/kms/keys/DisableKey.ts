import { defineOperation } from '../../operation.ts';
import { amendKey } from './amend-key.ts';

export const DisableKey = defineOperation('kms', 'DisableKey', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'switchable' } }),
  async handle(services, _input, { key }) {
    await amendKey(services, key, (row) => ({ ...row, enabled: false }));
    return {};
  },
});
