import assert from 'node:assert/strict';
import { RotateKeyOnDemandCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const RotateKeyOnDemand = table(
  'RotateKeyOnDemand',
  RotateKeyOnDemandCommand,
)({
  good: (_stage, KeyId) => ({ KeyId }),
  gives: ({ KeyId }, _stage, keyArn) => assert.equal(KeyId, keyArn),
  refuses: {
    ConflictException: {
      when: 'while a rotation is in progress',
      async input({ kms }, KeyId) {
        await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
        return { KeyId };
      },
    },
    UnsupportedOperationException: {
      when: 'a key that has no rotation',
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      }),
    },
  },
  never: { LimitExceededException: 'takes 25 rotations: rotation.test.ts' },
  except: {
    Creating: 'replicas are rotated with their primary',
    Unavailable: 'keys of custom key stores are not rotated',
  },
});
