import assert from 'node:assert/strict';
import { EncapsulateCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const Encapsulate = table(
  'Encapsulate',
  EncapsulateCommand,
)({
  key: { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' },
  validInput: (_stage, KeyId) => ({ KeyId, EncapsulationAlgorithm: 'ML_KEM' }),
  checkOutput({ KeyId, SharedSecret, SharedSecretCiphertextBlob }, _stage, keyArn) {
    assert.deepEqual(
      [KeyId, SharedSecret?.length, SharedSecretCiphertextBlob?.length],
      [keyArn, 32, 768],
    );
  },
  refuses: {
    InvalidKeyUsageException: {
      input: ({ aliasName }) => ({ KeyId: aliasName, EncapsulationAlgorithm: 'ML_KEM' }),
      text: /key usage is ENCRYPT_DECRYPT which is not valid for Encapsulate\.$/,
    },
  },
});
