import assert from 'node:assert/strict';
import { ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ScheduleKeyDeletion = table(
  'ScheduleKeyDeletion',
  ScheduleKeyDeletionCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, PendingWindowInDays: 7 }),
  checkOutput: ({ KeyId, KeyState, PendingWindowInDays }, _stage, keyArn) =>
    assert.deepEqual([KeyId, KeyState, PendingWindowInDays], [keyArn, 'PendingDeletion', 7]),
  refuses: {
    ValidationException: {
      when: 'a waiting period of fewer than seven days',
      input: (_stage, KeyId) => ({ KeyId, PendingWindowInDays: 6 }),
    },
  },
});
