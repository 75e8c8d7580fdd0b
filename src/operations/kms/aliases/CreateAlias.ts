import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { rejectReservedAlias, requireRoomForAlias } from './alias-rules.ts';

export const CreateAlias = defineOperation('kms', 'CreateAlias', {
  effect: 'write',
  targets: ({ AliasName, TargetKeyId }) => ({
    alias: { on: 'alias', name: AliasName },
    key: { on: 'key', id: TargetKeyId, aliases: false, states: 'not-pending-deletion' },
  }),
  async handle({ store, clock, quotas }, _input, { alias: { name, arn, scope }, key: { key } }) {
    rejectReservedAlias(name);
    const now = clock.now();
    await store.transact(async (transaction) => {
      if (await transaction.get('aliases', scope.account, scope.region, name)) {
        throw new KmsError(
          'AlreadyExistsException',
          `An alias with the name ${arn} already exists`,
        );
      }
      await requireRoomForAlias(transaction, key, quotas.aliasesPerKey);
      await transaction.put('aliases', {
        ...scope,
        name,
        keyId: key.keyId,
        creationDate: now,
        lastUpdatedDate: now,
      });
    });
    return {};
  },
});
