import assert from 'node:assert/strict';
import { GenerateDataKeyPairWithoutPlaintextCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GenerateDataKeyPairWithoutPlaintext = table(
  'GenerateDataKeyPairWithoutPlaintext',
  GenerateDataKeyPairWithoutPlaintextCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, KeyPairSpec: 'ECC_NIST_P256' }),
  checkOutput({ PrivateKeyCiphertextBlob, PublicKey, KeyId, KeyPairSpec }, _stage, keyArn) {
    assert.ok(PrivateKeyCiphertextBlob && PublicKey);
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
      text: /key usage is GENERATE_VERIFY_MAC which is not valid for GenerateDataKeyPairWithoutPlaintext\.$/,
    },
    ValidationException: {
      when: 'an unknown key pair spec',
      // The SDK's types allow only known specs.
      input: (_stage, KeyId) => ({ KeyId, KeyPairSpec: 'ECC_NIST_P257' as 'ECC_NIST_P256' }),
      text: /^1 validation error detected: Value 'ECC_NIST_P257' at 'keyPairSpec' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    },
  },
  unreachable: {
    UnsupportedOperationException: 'needs a key in a custom key store: custom-store-keys.test.ts',
  },
  except: { Unavailable: 'keys in custom key stores do not support data key pairs' },
});
