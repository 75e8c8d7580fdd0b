import assert from 'node:assert/strict';
import { GenerateMacCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

const Message = Buffer.from('authenticated');

export const GenerateMac = table(
  'GenerateMac',
  GenerateMacCommand,
)({
  key: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  good: (_stage, KeyId) => ({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }),
  gives: ({ KeyId, Mac }, _stage, keyArn) => assert.deepEqual([KeyId, Mac?.length], [keyArn, 32]),
  refuses: {
    InvalidKeyUsageException: [
      {
        when: 'a key that is for something else',
        input: ({ aliasName }) => ({ KeyId: aliasName, Message, MacAlgorithm: 'HMAC_SHA_256' }),
        text: /key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac\.$/,
      },
      {
        when: 'an algorithm that is not the key’s',
        input: (_stage, KeyId) => ({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_512' }),
        text: 'Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.',
      },
    ],
  },
});
