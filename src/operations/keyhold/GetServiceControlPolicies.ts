import { defineOperation } from '../operation.ts';
import { accountOf, accountTarget } from './account-target.ts';

export const GetServiceControlPolicies = defineOperation('keyhold', 'GetServiceControlPolicies', {
  effect: 'read',
  targets: ({ AccountId }) => ({ account: accountTarget(AccountId) }),
  handle: async (_services, _input, { account }) => ({
    Policies: accountOf(account).serviceControlPolicies ?? [],
  }),
});
