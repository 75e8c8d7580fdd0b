import assert from 'node:assert/strict';
import { SignCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

const Message = Buffer.from('signed');

export const Sign = table(
  'Sign',
  SignCommand,
)({
  key: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  validInput: (_stage, KeyId) => ({ KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' }),
  checkOutput({ KeyId, Signature, SigningAlgorithm }, _stage, keyArn) {
    assert.ok(Signature && Signature.length > 60);
    assert.deepEqual([KeyId, SigningAlgorithm], [keyArn, 'ECDSA_SHA_256']);
  },
  accepts: {
    'a digest': (_stage, KeyId) => ({
      KeyId,
      Message: Buffer.alloc(32),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    }),
  },
  refuses: {
    InvalidKeyUsageException: [
      {
        when: 'a key with another usage',
        input: ({ aliasName }) => ({
          KeyId: aliasName,
          Message,
          SigningAlgorithm: 'ECDSA_SHA_256',
        }),
        text: /key usage is ENCRYPT_DECRYPT which is not valid for Sign\.$/,
      },
      {
        when: 'an algorithm of another key spec',
        input: (_stage, KeyId) => ({ KeyId, Message, SigningAlgorithm: 'RSASSA_PSS_SHA_256' }),
        text: 'Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec ECC_NIST_P256.',
      },
    ],
    ValidationException: {
      when: 'a digest of the wrong length',
      input: (_stage, KeyId) => ({
        KeyId,
        Message: Buffer.alloc(20),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
      text: 'Digest is invalid length for algorithm ECDSA_SHA_256.',
    },
  },
});
