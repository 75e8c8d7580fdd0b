import assert from 'node:assert/strict';
import { RotateKeyOnDemandCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const RotateKeyOnDemand = table(
  'RotateKeyOnDemand',
  RotateKeyOnDemandCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ KeyId }, _stage, keyArn) => assert.equal(KeyId, keyArn),
  refuses: {
    ConflictException: {
      when: 'a second rotation while one is in progress',
      async input({ kms }, KeyId) {
        await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
        return { KeyId };
      },
    },
    UnsupportedOperationException: {
      when: 'a key spec without rotation',
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      }),
    },
  },
  unreachable: { LimitExceededException: 'needs 25 rotations: rotation.test.ts' },
  except: {
    Creating: 'replicas are rotated with their primary',
    Unavailable: 'keys in custom key stores are not rotated',
  },
});
