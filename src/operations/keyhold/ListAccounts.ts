import { defineOperation } from '../operation.ts';
import { accountPlace, describeAccount } from './account-place.ts';

export const ListAccounts = defineOperation('keyhold', 'ListAccounts', {
  effect: 'read',
  targets: () => ({ place: accountPlace() }),
  async handle({ store }, _input, { place }) {
    const rows = await store.read((reader) => reader.list('accounts', []));
    return { Accounts: rows.map((row) => describeAccount(row, place.account)) };
  },
});
