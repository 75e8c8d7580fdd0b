import { EnableKeyRotationCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const EnableKeyRotation = table(
  'EnableKeyRotation',
  EnableKeyRotationCommand,
)({
  good: (_stage, KeyId) => ({ KeyId, RotationPeriodInDays: 90 }),
  refuses: {
    UnsupportedOperationException: {
      when: 'a key that has no rotation',
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      }),
    },
  },
  except: {
    Creating: 'replicas are rotated with their primary',
    PendingImport: 'material that was imported is rotated on demand only',
    Unavailable: 'keys of custom key stores are not rotated',
  },
});
