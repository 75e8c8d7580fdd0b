import { defineOperation } from '../operation.ts';
import { accountTarget, describeAccount } from './account-target.ts';

export const ListAccounts = defineOperation('keyhold', 'ListAccounts', {
  effect: 'read',
  targets: () => ({ account: accountTarget() }),
  async handle({ store }, _input, { account: { account: management } }) {
    const rows = await store.read((reader) => reader.list('accounts', []));
    return { Accounts: rows.map((row) => describeAccount(row, management)) };
  },
});
