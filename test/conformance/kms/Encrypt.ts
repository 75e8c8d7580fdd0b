import assert from 'node:assert/strict';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

const Plaintext = Buffer.from('a secret');

export const Encrypt = table(
  'Encrypt',
  EncryptCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, Plaintext }),
  checkOutput({ CiphertextBlob, KeyId, EncryptionAlgorithm }, _stage, keyArn) {
    assert.ok(CiphertextBlob && !Buffer.from(CiphertextBlob).includes(Plaintext));
    assert.deepEqual([KeyId, EncryptionAlgorithm], [keyArn, 'SYMMETRIC_DEFAULT']);
  },
  accepts: {
    '4,096 bytes': (_stage, KeyId) => ({ KeyId, Plaintext: Buffer.alloc(4096) }),
    'an encryption context': (_stage, KeyId) => ({
      KeyId,
      Plaintext,
      EncryptionContext: { a: '1', ä: '' },
    }),
    'an alias': ({ aliasName }) => ({ KeyId: aliasName, Plaintext }),
    'an alias ARN': ({ arnOf, aliasName }) => ({ KeyId: arnOf(aliasName), Plaintext }),
  },
  refuses: {
    NotFoundException: [
      {
        when: 'an unknown alias',
        input: () => ({ KeyId: 'alias/none', Plaintext }),
        text: /^Alias arn:\S+:alias\/none is not found\.$/,
      },
      {
        when: 'an invalid key ID',
        input: () => ({ KeyId: 'nonsense', Plaintext }),
        text: "Invalid keyId 'nonsense'",
      },
    ],
    InvalidKeyUsageException: {
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
        Plaintext,
      }),
      text: /key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt\.$/,
    },
    ValidationException: {
      when: 'a plaintext that is too long, without repeating it,',
      input: (_stage, KeyId) => ({ KeyId, Plaintext: Buffer.alloc(4097) }),
      text: "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    },
  },
});
