import { defineOperation } from '../../operation.ts';

export const ListKeyPolicies = defineOperation('kms', 'ListKeyPolicies', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  handle: async () => ({ PolicyNames: ['default'], Truncated: false }),
});
