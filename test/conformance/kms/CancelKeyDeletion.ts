import assert from 'node:assert/strict';
import { CancelKeyDeletionCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { UNKNOWN_KEY } from '../harness/stage.ts';

export const CancelKeyDeletion = table(
  'CancelKeyDeletion',
  CancelKeyDeletionCommand,
)({
  async validInput({ kms }, KeyId) {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    return { KeyId };
  },
  checkOutput: ({ KeyId }, _stage, keyArn) => assert.equal(KeyId, keyArn),
  refuses: {
    KMSInvalidStateException: {
      when: 'a key that is not pending deletion',
      input: (_stage, KeyId) => ({ KeyId }),
      text: /is not pending deletion\.$/,
    },
    NotFoundException: { input: () => ({ KeyId: UNKNOWN_KEY }), text: /does not exist$/ },
    InvalidArnException: {
      input: ({ aliasName }) => ({ KeyId: aliasName }),
      text: 'Key Aliases are not supported for this operation.',
    },
  },
  except: {
    'missing key': 'has its own case',
    alias: 'has its own case',
    states: 'the valid input schedules the deletion itself',
  },
});
