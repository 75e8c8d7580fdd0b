import { defineOperation } from '../operation.ts';
import { rowOf } from '../row-ref.ts';
import { accountTarget } from './account-target.ts';

export const GetServiceControlPolicies = defineOperation('keyhold', 'GetServiceControlPolicies', {
  effect: 'read',
  targets: ({ AccountId }) => ({ account: accountTarget(AccountId) }),
  handle: async (_services, _input, { account }) => ({
    Policies: rowOf(account).serviceControlPolicies ?? [],
  }),
});
