import { EnableKeyRotationCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const EnableKeyRotation = table(
  'EnableKeyRotation',
  EnableKeyRotationCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, RotationPeriodInDays: 90 }),
  refuses: {
    UnsupportedOperationException: {
      when: 'a key spec without rotation',
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      }),
    },
  },
  except: {
    Creating: 'replicas are rotated with their primary',
    PendingImport: 'imported material is rotated on demand only',
    Unavailable: 'keys in custom key stores are not rotated',
  },
});
