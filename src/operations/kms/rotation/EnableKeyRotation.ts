import { DAY_MS } from '../../../base/index.ts';
import { defineOperation } from '../../operation.ts';
import { amendFamily } from '../keys/key-family.ts';

const DEFAULT_PERIOD_DAYS = 365;

/** The period starts now, even if rotation was already enabled. */
export const EnableKeyRotation = defineOperation('kms', 'EnableKeyRotation', {
  effect: 'write',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, kind: 'automatic-rotation', states: 'automatically-rotatable' },
  }),
  async handle(
    { store, clock },
    { RotationPeriodInDays: period = DEFAULT_PERIOD_DAYS },
    { key: { key } },
  ) {
    const nextRotationDate = clock.now() + period * DAY_MS;
    await store.transact((transaction) =>
      amendFamily(transaction, key, (row) => ({
        ...row,
        rotationPeriodInDays: period,
        nextRotationDate,
      })),
    );
    return {};
  },
});
