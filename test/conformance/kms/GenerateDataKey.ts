import assert from 'node:assert/strict';
import { GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GenerateDataKey = table(
  'GenerateDataKey',
  GenerateDataKeyCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, KeySpec: 'AES_256' }),
  checkOutput({ Plaintext, CiphertextBlob, KeyId }, _stage, keyArn) {
    assert.equal(Plaintext?.length, 32);
    assert.ok(CiphertextBlob);
    assert.equal(KeyId, keyArn);
  },
  accepts: {
    'a number of bytes': (_stage, KeyId) => ({ KeyId, NumberOfBytes: 1024 }),
    'an encryption context': (_stage, KeyId) => ({
      KeyId,
      KeySpec: 'AES_128',
      EncryptionContext: { a: '1' },
    }),
    'an alias': ({ aliasName }) => ({ KeyId: aliasName, KeySpec: 'AES_256' }),
  },
  refuses: {
    InvalidKeyUsageException: {
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
        KeySpec: 'AES_256',
      }),
      text: /key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKey\.$/,
    },
    ValidationException: [
      {
        when: 'an input with neither a key spec nor a number of bytes',
        input: (_stage, KeyId) => ({ KeyId }),
      },
      {
        when: 'an input with both a key spec and a number of bytes',
        input: (_stage, KeyId) => ({ KeyId, KeySpec: 'AES_256', NumberOfBytes: 32 }),
      },
      {
        when: 'more than 1,024 bytes',
        input: (_stage, KeyId) => ({ KeyId, NumberOfBytes: 1025 }),
        text: "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
      },
    ],
  },
});
