import assert from 'node:assert/strict';
import { CancelKeyDeletionCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { UNKNOWN_KEY } from '../harness/stage.ts';

export const CancelKeyDeletion = table(
  'CancelKeyDeletion',
  CancelKeyDeletionCommand,
)({
  async good({ kms }, KeyId) {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    return { KeyId };
  },
  gives: ({ KeyId }, _stage, keyArn) => assert.equal(KeyId, keyArn),
  refuses: {
    KMSInvalidStateException: {
      when: 'a key that is not to be deleted',
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
    'missing key': 'has a case of its own',
    alias: 'has a case of its own',
    states: 'the good input makes the state',
  },
});
