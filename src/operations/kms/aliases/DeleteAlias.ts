import { defineOperation } from '../../operation.ts';
import { rejectReservedAlias } from './alias-rules.ts';

export const DeleteAlias = defineOperation('kms', 'DeleteAlias', {
  effect: 'write',
  targets: ({ AliasName }) => ({
    alias: { on: 'alias', name: AliasName },
    key: { on: 'alias-key', name: AliasName, states: 'any' },
  }),
  async handle({ store }, _input, { alias: { name, scope } }) {
    rejectReservedAlias(name);
    await store.transact((transaction) =>
      transaction.delete('aliases', scope.account, scope.region, name),
    );
    return {};
  },
});
