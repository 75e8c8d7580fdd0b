import { defineOperation } from '../operation.ts';
import { quotas } from './quotas.ts';

export const GetAccountSummary = defineOperation('iam', 'GetAccountSummary', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, _input, _targets, { caller: { account } }) {
    const counts = await store.read(async (reader) => ({
      Users: (await reader.list('users', [account])).length,
      Groups: (await reader.list('groups', [account])).length,
      Roles: (await reader.list('roles', [account])).length,
      Policies: (await reader.list('managedPolicies', [account])).length,
      Providers: (await reader.list('oidcProviders', [account])).length,
    }));
    const limits = Object.fromEntries(
      Object.entries(quotas).map(([name, figure]) => [`${name}Quota`, figure]),
    );
    return { SummaryMap: { ...counts, ...limits } };
  },
});

/** Account aliases are for signing in to AWS's console, which Keyhold does not have. */
export const ListAccountAliases = defineOperation('iam', 'ListAccountAliases', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  handle: async () => ({ AccountAliases: [], IsTruncated: false }),
});
