import { defineOperation } from '../../operation.ts';
import { amendFamily } from '../keys/key-family.ts';

export const DisableKeyRotation = defineOperation('kms', 'DisableKeyRotation', {
  effect: 'write',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, kind: 'automatic-rotation', states: 'automatically-rotatable' },
  }),
  async handle({ store }, _input, { key: { key } }) {
    await store.transact((transaction) =>
      amendFamily(
        transaction,
        key,
        ({ rotationPeriodInDays: _period, nextRotationDate: _date, ...row }) => row,
      ),
    );
    return {};
  },
});
