import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { amendKey } from '../keys/amend-key.ts';

const DAY = 86_400_000;
const DEFAULT_WINDOW = 30;

export const ScheduleKeyDeletion = defineOperation('kms', 'ScheduleKeyDeletion', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'deletable' } }),
  async handle(services, { PendingWindowInDays = DEFAULT_WINDOW }, { key }) {
    if (PendingWindowInDays < 7 || PendingWindowInDays > 30) {
      throw new KmsError('ValidationException', 'PendingWindowInDays must be between 7 and 30 (inclusive).');
    }
    const deletionDate = services.clock.now() + PendingWindowInDays * DAY;
    await amendKey(services, key, (row) => ({ ...row, enabled: false, deletionDate }));
    return { KeyId: key.arn, DeletionDate: new Date(deletionDate), KeyState: 'PendingDeletion' as const, PendingWindowInDays };
  },
});
