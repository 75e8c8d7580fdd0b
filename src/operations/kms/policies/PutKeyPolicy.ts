import { defineOperation } from '../../operation.ts';
import { amendKey } from '../keys/amend-key.ts';
import { checkedPolicy, requireDefaultPolicyName } from './checked-policy.ts';

export const PutKeyPolicy = defineOperation('kms', 'PutKeyPolicy', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  async handle(services, input, { key }, { caller, conditions }) {
    requireDefaultPolicyName(input.PolicyName);
    const policy = await checkedPolicy(services, input, {
      caller,
      context: await conditions('kms:PutKeyPolicy', 'key'),
    });
    await amendKey(services, key, (row) => ({ ...row, ...policy }));
    return {};
  },
});
