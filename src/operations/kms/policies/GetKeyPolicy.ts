import { defineOperation } from '../../operation.ts';
import { requireDefaultPolicyName } from './checked-policy.ts';

export const GetKeyPolicy = defineOperation('kms', 'GetKeyPolicy', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  async handle(_services, { PolicyName }, { key }) {
    requireDefaultPolicyName(PolicyName);
    return { Policy: key.key.policy, PolicyName: 'default' };
  },
});
