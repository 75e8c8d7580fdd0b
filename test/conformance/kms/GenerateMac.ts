import assert from 'node:assert/strict';
import { GenerateMacCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

const Message = Buffer.from('authenticated');

export const GenerateMac = table(
  'GenerateMac',
  GenerateMacCommand,
)({
  key: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  validInput: (_stage, KeyId) => ({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }),
  checkOutput: ({ KeyId, Mac }, _stage, keyArn) =>
    assert.deepEqual([KeyId, Mac?.length], [keyArn, 32]),
  refuses: {
    InvalidKeyUsageException: [
      {
        when: 'a key with another usage',
        input: ({ aliasName }) => ({ KeyId: aliasName, Message, MacAlgorithm: 'HMAC_SHA_256' }),
        text: /key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac\.$/,
      },
      {
        when: 'an algorithm of another key spec',
        input: (_stage, KeyId) => ({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_512' }),
        text: 'Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.',
      },
    ],
  },
});
