import assert from 'node:assert/strict';
import { ListKeyRotationsCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListKeyRotations = table(
  'ListKeyRotations',
  ListKeyRotationsCommand,
)({
  good: (_stage, KeyId) => ({ KeyId }),
  gives: ({ Rotations, Truncated }) => assert.deepEqual([Rotations, Truncated], [[], false]),
  refuses: {
    InvalidMarkerException: {
      input: (_stage, KeyId) => ({ KeyId, Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
    UnsupportedOperationException: {
      when: 'a key that has no rotation',
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      }),
    },
  },
  except: {
    PendingImport: 'material that was imported is rotated on demand only',
    Unavailable: 'keys of custom key stores are not rotated',
  },
});
