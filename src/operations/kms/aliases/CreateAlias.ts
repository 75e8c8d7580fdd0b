import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { refuseReservedAlias } from './alias-name.ts';

const ALIASES_PER_KEY = 50;

export const CreateAlias = defineOperation('kms', 'CreateAlias', {
  effect: 'write',
  targets: ({ AliasName, TargetKeyId }) => ({
    alias: { on: 'alias', name: AliasName },
    key: { on: 'key', id: TargetKeyId, states: 'not-pending-deletion' },
  }),
  async handle({ store, clock }, _input, { alias: { name, arn, scope }, key: { key } }) {
    refuseReservedAlias(name);
    const now = clock.now();
    await store.transact(async (transaction) => {
      if (await transaction.get('aliases', scope.account, scope.region, name)) {
        throw new KmsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
      }
      const ofKey = await transaction.find('aliases', 'byKey', [key.account, key.region, key.keyId], { limit: ALIASES_PER_KEY });
      if (ofKey.length >= ALIASES_PER_KEY) {
        throw new KmsError('LimitExceededException', `A key can have at most ${ALIASES_PER_KEY} aliases.`);
      }
      await transaction.put('aliases', { ...scope, name, keyId: key.keyId, creationDate: now, lastUpdatedDate: now });
    });
    return {};
  },
});
