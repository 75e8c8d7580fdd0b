import assert from 'node:assert/strict';
import { DecryptCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { encrypted, flipped, PLAINTEXT } from '../harness/ciphertexts.ts';
import { UNKNOWN_KEY } from '../harness/stage.ts';

export const Decrypt = table(
  'Decrypt',
  DecryptCommand,
)({
  validInput: async (stage, keyId) => ({ CiphertextBlob: await encrypted(stage, keyId) }),
  checkOutput({ Plaintext, KeyId, KeyMaterialId }, _stage, keyArn) {
    assert.deepEqual(Buffer.from(Plaintext ?? []), PLAINTEXT);
    assert.equal(KeyId, keyArn);
    assert.match(KeyMaterialId ?? '', /^[0-9a-f]{64}$/);
  },
  accepts: {
    'a key ID with the ciphertext': async (stage, KeyId) => ({
      KeyId,
      CiphertextBlob: await encrypted(stage, KeyId),
    }),
    'the encryption context of the ciphertext, in another order': async (stage, KeyId) => ({
      CiphertextBlob: await encrypted(stage, KeyId, { a: '1', b: '2' }),
      EncryptionContext: { b: '2', a: '1' },
    }),
  },
  refuses: {
    InvalidCiphertextException: [
      {
        when: 'another encryption context',
        input: async (stage, KeyId) => ({
          CiphertextBlob: await encrypted(stage, KeyId, { a: '1' }),
          EncryptionContext: { a: '2' },
        }),
      },
      {
        when: 'a ciphertext with a changed bit',
        input: async (stage, KeyId) => ({ CiphertextBlob: flipped(await encrypted(stage, KeyId)) }),
      },
      {
        when: 'bytes that are not a ciphertext',
        input: () => ({ CiphertextBlob: Buffer.alloc(200, 7) }),
      },
    ],
    IncorrectKeyException: {
      input: async (stage, KeyId) => ({
        CiphertextBlob: await encrypted(stage, KeyId),
        KeyId: stage.aliasName,
      }),
      text: 'The key ID in the request does not identify a CMK that can perform this operation.',
    },
    InvalidKeyUsageException: {
      when: 'an algorithm of another key spec',
      input: async (stage, KeyId) => ({
        KeyId,
        CiphertextBlob: await encrypted(stage, KeyId),
        EncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
      }),
    },
    NotFoundException: {
      input: async (stage, keyId) => ({
        KeyId: UNKNOWN_KEY,
        CiphertextBlob: await encrypted(stage, keyId),
      }),
      text: /does not exist$/,
    },
  },
  except: {
    'missing key': 'there is no ciphertext of an unknown key',
    PendingImport: 'there is no ciphertext yet',
  },
});
