import assert from 'node:assert/strict';
import { DeriveSharedSecretCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { generateKeyPairSync } from 'node:crypto';

const PublicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'der',
});

export const DeriveSharedSecret = table(
  'DeriveSharedSecret',
  DeriveSharedSecretCommand,
)({
  key: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
  validInput: (_stage, KeyId) => ({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey }),
  checkOutput({ KeyId, SharedSecret }, _stage, keyArn) {
    assert.deepEqual([KeyId, SharedSecret?.length], [keyArn, 32]);
  },
  refuses: {
    InvalidKeyUsageException: {
      input: ({ aliasName }) => ({ KeyId: aliasName, KeyAgreementAlgorithm: 'ECDH', PublicKey }),
      text: /key usage is ENCRYPT_DECRYPT which is not valid for DeriveSharedSecret\.$/,
    },
    ValidationException: {
      when: 'an invalid public key',
      input: (_stage, KeyId) => ({
        KeyId,
        KeyAgreementAlgorithm: 'ECDH',
        PublicKey: Buffer.alloc(91),
      }),
    },
  },
});
