import assert from 'node:assert/strict';
import { ReEncryptCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { encrypted, flipped } from '../harness/ciphertexts.ts';
import { UNKNOWN_KEY } from '../harness/stage.ts';

export const ReEncrypt = table(
  'ReEncrypt',
  ReEncryptCommand,
)({
  action: 'kms:ReEncryptFrom',
  validInput: async (stage, keyId) => ({
    CiphertextBlob: await encrypted(stage, keyId),
    DestinationKeyId: keyId,
  }),
  checkOutput({ CiphertextBlob, SourceKeyId, KeyId }, _stage, keyArn) {
    assert.ok(CiphertextBlob);
    assert.deepEqual([SourceKeyId, KeyId], [keyArn, keyArn]);
  },
  accepts: {
    'another key, and another encryption context': async (stage, keyId) => ({
      CiphertextBlob: await encrypted(stage, keyId, { a: '1' }),
      SourceEncryptionContext: { a: '1' },
      DestinationKeyId: stage.aliasName,
      DestinationEncryptionContext: { b: '2' },
    }),
  },
  refuses: {
    InvalidCiphertextException: {
      input: async (stage, keyId) => ({
        CiphertextBlob: flipped(await encrypted(stage, keyId)),
        DestinationKeyId: keyId,
      }),
    },
    IncorrectKeyException: {
      input: async (stage, keyId) => ({
        CiphertextBlob: await encrypted(stage, keyId),
        SourceKeyId: stage.aliasName,
        DestinationKeyId: keyId,
      }),
    },
    InvalidKeyUsageException: {
      input: async (stage, keyId) => ({
        CiphertextBlob: await encrypted(stage, keyId),
        DestinationKeyId: await stage.newKey({
          KeySpec: 'HMAC_256',
          KeyUsage: 'GENERATE_VERIFY_MAC',
        }),
      }),
    },
    NotFoundException: {
      input: async (stage, keyId) => ({
        CiphertextBlob: await encrypted(stage, keyId),
        DestinationKeyId: UNKNOWN_KEY,
      }),
    },
  },
  except: {
    'missing key': 'there is no ciphertext of an unknown key',
    PendingImport: 'there is no ciphertext yet',
  },
});
