import assert from 'node:assert/strict';
import { GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GetKeyRotationStatus = table(
  'GetKeyRotationStatus',
  GetKeyRotationStatusCommand,
)({
  good: (_stage, KeyId) => ({ KeyId }),
  gives: ({ KeyRotationEnabled }) => assert.equal(KeyRotationEnabled, false),
  refuses: {
    UnsupportedOperationException: {
      when: 'a key whose material is imported',
      input: async (stage) => ({ KeyId: await stage.newKey({ Origin: 'EXTERNAL' }) }),
    },
  },
  except: {
    PendingImport: 'material that was imported is rotated on demand only',
    Unavailable: 'keys of custom key stores are not rotated',
  },
});
