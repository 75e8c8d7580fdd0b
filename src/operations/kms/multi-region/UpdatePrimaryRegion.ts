import { KmsError, parseKmsArn } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { familyOf } from '../keys/key-family.ts';

/** Both keys show Updating for a moment. They remain usable for cryptography. */
export const UpdatePrimaryRegion = defineOperation('kms', 'UpdatePrimaryRegion', {
  effect: 'write',
  targets: ({ KeyId, PrimaryRegion }) => ({
    key: { on: 'key', id: KeyId, kind: 'multi-region-primary', states: 'primary-movable' },
    replica: { on: 'key', id: bareId(KeyId), region: PrimaryRegion, states: 'primary-movable' },
  }),
  async handle({ store, clock }, { PrimaryRegion }, { key: { key, arn }, replica }) {
    if (PrimaryRegion === key.region) {
      throw new KmsError(
        'UnsupportedOperationException',
        `${arn} is the multi-region primary key already.`,
      );
    }
    const updating = { transition: 'Updating', transitionStart: clock.now() } as const;
    await store.transact(async (transaction) => {
      const family = await familyOf(transaction, key);
      if (!family.some(({ region }) => region === PrimaryRegion)) {
        throw new KmsError('NotFoundException', `Key '${replica.arn}' does not exist`);
      }
      for (const member of family) {
        const involved = member.region === key.region || member.region === PrimaryRegion;
        await transaction.put('keys', {
          ...member,
          primaryRegion: PrimaryRegion,
          ...(involved && updating),
        });
      }
    });
    return {};
  },
});

/** Returns the bare key ID, which is the same in all Regions. */
function bareId(id: string): string {
  return parseKmsArn(id)?.resource.replace(/^key\//, '') ?? id;
}
