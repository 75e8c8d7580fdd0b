import assert from 'node:assert/strict';
import { GenerateDataKeyPairCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GenerateDataKeyPair = table(
  'GenerateDataKeyPair',
  GenerateDataKeyPairCommand,
)({
  good: (_stage, KeyId) => ({ KeyId, KeyPairSpec: 'ECC_NIST_P256' }),
  gives(
    { PrivateKeyPlaintext, PrivateKeyCiphertextBlob, PublicKey, KeyId, KeyPairSpec },
    _stage,
    keyArn,
  ) {
    assert.ok(PrivateKeyPlaintext && PrivateKeyCiphertextBlob && PublicKey);
    assert.deepEqual([KeyId, KeyPairSpec], [keyArn, 'ECC_NIST_P256']);
  },
  accepts: {
    'an encryption context': (_stage, KeyId) => ({
      KeyId,
      KeyPairSpec: 'ECC_NIST_EDWARDS25519',
      EncryptionContext: { a: '1' },
    }),
  },
  refuses: {
    InvalidKeyUsageException: {
      input: async (stage) => ({
        KeyId: await stage.newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
        KeyPairSpec: 'ECC_NIST_P256',
      }),
      text: /key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKeyPair\.$/,
    },
    ValidationException: {
      when: 'no such spec',
      // The types of AWS's client know the specs.
      input: (_stage, KeyId) => ({ KeyId, KeyPairSpec: 'ECC_NIST_P257' as 'ECC_NIST_P256' }),
      text: /^1 validation error detected: Value 'ECC_NIST_P257' at 'keyPairSpec' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    },
  },
  never: { UnsupportedOperationException: 'keys of custom key stores make no pairs: test/e2e' },
  except: { Unavailable: 'keys of custom key stores make no pairs' },
});
