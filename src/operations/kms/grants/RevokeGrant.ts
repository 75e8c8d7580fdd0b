import { KmsError } from '../../../domain/index.ts';
import { requireGrantId } from '../../grants/grant-id.ts';
import { defineOperation } from '../../operation.ts';
import { stopIfDryRun } from '../cryptographic/bound-key.ts';
import { removeGrant } from './grant-count.ts';

export const RevokeGrant = defineOperation('kms', 'RevokeGrant', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  async handle({ store }, { GrantId, DryRun }, { key: { key } }) {
    requireGrantId(GrantId);
    const there = await store.read((reader) =>
      reader.get('grants', key.account, key.region, key.keyId, GrantId),
    );
    if (there) stopIfDryRun(DryRun);
    const removed =
      there && (await store.transact((transaction) => removeGrant(transaction, key, GrantId)));
    if (!removed) throw new KmsError('NotFoundException', `Grant ID ${GrantId} not found`);
    return {};
  },
});
