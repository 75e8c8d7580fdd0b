import assert from 'node:assert/strict';
import { GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GetKeyRotationStatus = table(
  'GetKeyRotationStatus',
  GetKeyRotationStatusCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ KeyRotationEnabled }) => assert.equal(KeyRotationEnabled, false),
  refuses: {
    UnsupportedOperationException: {
      when: 'a key with imported material',
      input: async (stage) => ({ KeyId: await stage.newKey({ Origin: 'EXTERNAL' }) }),
    },
  },
  except: {
    PendingImport: 'imported material is rotated on demand only',
    Unavailable: 'keys in custom key stores are not rotated',
  },
});
