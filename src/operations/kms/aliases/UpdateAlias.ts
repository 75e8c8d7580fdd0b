import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { rejectReservedAlias, requireRoomForAlias, requireSameType } from './alias-rules.ts';

export const UpdateAlias = defineOperation('kms', 'UpdateAlias', {
  effect: 'write',
  targets: ({ AliasName, TargetKeyId }) => ({
    alias: { on: 'alias', name: AliasName },
    from: { on: 'alias-key', name: AliasName, states: 'any' },
    to: { on: 'key', id: TargetKeyId, aliases: false, states: 'not-pending-deletion' },
  }),
  async handle({ store, clock, quotas }, _input, { alias: { name, arn, scope }, from, to }) {
    rejectReservedAlias(name);
    requireSameType(from.key, to.key);
    const now = clock.now();
    await store.transact(async (transaction) => {
      const alias = await transaction.get('aliases', scope.account, scope.region, name);
      if (!alias) throw new KmsError('NotFoundException', `Alias ${arn} is not found.`);
      if (alias.keyId !== to.key.keyId)
        await requireRoomForAlias(transaction, to.key, quotas.aliasesPerKey);
      await transaction.put('aliases', { ...alias, keyId: to.key.keyId, lastUpdatedDate: now });
    });
    return {};
  },
});
