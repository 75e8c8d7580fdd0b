import { defineOperation } from '../operation.ts';
import { accountOf, accountPlace } from './account-place.ts';

export const GetServiceControlPolicies = defineOperation('keyhold', 'GetServiceControlPolicies', {
  effect: 'read',
  targets: ({ AccountId }) => ({ place: accountPlace(AccountId) }),
  handle: async (_services, _input, { place }) => ({
    Policies: accountOf(place).serviceControlPolicies ?? [],
  }),
});
