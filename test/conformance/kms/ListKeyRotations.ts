import assert from 'node:assert/strict';
import { ListKeyRotationsCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListKeyRotations = table(
  'ListKeyRotations',
  ListKeyRotationsCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ Rotations, Truncated }) => assert.deepEqual([Rotations, Truncated], [[], false]),
  refuses: {
    InvalidMarkerException: {
      input: (_stage, KeyId) => ({ KeyId, Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
    UnsupportedOperationException: {
      when: 'a key spec without rotation',
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      }),
    },
  },
  except: {
    PendingImport: 'imported material is rotated on demand only',
    Unavailable: 'keys in custom key stores are not rotated',
  },
});
