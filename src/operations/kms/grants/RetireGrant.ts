import { defineOperation } from '../../operation.ts';
import { stopIfDryRun } from '../cryptographic/bound-key.ts';
import { removeGrant } from './grant-count.ts';

export const RetireGrant = defineOperation('kms', 'RetireGrant', {
  effect: 'write',
  targets: ({ GrantToken: token, KeyId: id, GrantId: grantId }) => ({
    grant: {
      on: 'grant',
      ...(token !== undefined && { token }),
      ...(id !== undefined && { id }),
      ...(grantId !== undefined && { grantId }),
      states: 'any',
    },
  }),
  async handle({ store }, { DryRun }, { grant: { key, grant } }) {
    stopIfDryRun(DryRun);
    await store.transact((transaction) => removeGrant(transaction, key, grant.grantId));
    return {};
  },
});
