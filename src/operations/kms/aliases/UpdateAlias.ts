import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { refuseReservedAlias } from './alias-name.ts';

export const UpdateAlias = defineOperation('kms', 'UpdateAlias', {
  effect: 'write',
  targets: ({ AliasName, TargetKeyId }) => ({
    alias: { on: 'alias', name: AliasName },
    from: { on: 'alias-key', name: AliasName, states: 'any' },
    to: { on: 'key', id: TargetKeyId, states: 'not-pending-deletion' },
  }),
  async handle({ store, clock }, _input, { alias: { name, arn, scope }, to }) {
    refuseReservedAlias(name);
    const now = clock.now();
    await store.transact(async (transaction) => {
      const alias = await transaction.get('aliases', scope.account, scope.region, name);
      if (!alias) throw new KmsError('NotFoundException', `Alias ${arn} is not found.`);
      await transaction.put('aliases', { ...alias, keyId: to.key.keyId, lastUpdatedDate: now });
    });
    return {};
  },
});
