import { DAY_MS } from '../../../base/index.ts';
import { KmsError, type KeyRow } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { current } from '../../row-ref.ts';
import { keyRef } from '../../target-rows.ts';
import { familyOf } from '../keys/key-family.ts';

const DEFAULT_WINDOW_DAYS = 30;

/** The waiting period of a multi-Region primary key starts when its last replica is deleted. */
export const ScheduleKeyDeletion = defineOperation('kms', 'ScheduleKeyDeletion', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'deletable' } }),
  async handle(
    { store, clock },
    { PendingWindowInDays = DEFAULT_WINDOW_DAYS },
    { key: { key, arn } },
  ) {
    if (PendingWindowInDays < 7 || PendingWindowInDays > 30) {
      throw new KmsError(
        'ValidationException',
        'PendingWindowInDays must be between 7 and 30 (inclusive).',
      );
    }
    const deletionDate = clock.now() + PendingWindowInDays * DAY_MS;
    const waits = await store.transact(async (transaction) => {
      const row = await current(transaction, keyRef(key));
      const waiting =
        row.primaryRegion === row.region && (await familyOf(transaction, row)).length > 1;
      const scheduled: KeyRow = {
        ...row,
        ...(waiting ? { replicaDeletionWindow: PendingWindowInDays } : { deletionDate }),
      };
      await transaction.put('keys', { ...scheduled, enabled: false });
      return waiting;
    });
    const state = waits
      ? { KeyState: 'PendingReplicaDeletion' as const }
      : { KeyState: 'PendingDeletion' as const, DeletionDate: new Date(deletionDate) };
    return { KeyId: arn, ...state, PendingWindowInDays };
  },
});
