import assert from 'node:assert/strict';
import { GetPublicKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { createPublicKey } from 'node:crypto';

export const GetPublicKey = table(
  'GetPublicKey',
  GetPublicKeyCommand,
)({
  key: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput({ KeyId, KeySpec, KeyUsage, SigningAlgorithms, PublicKey }, _stage, keyArn) {
    assert.deepEqual(
      [KeyId, KeySpec, KeyUsage, SigningAlgorithms],
      [keyArn, 'ECC_NIST_P256', 'SIGN_VERIFY', ['ECDSA_SHA_256']],
    );
    createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  },
  refuses: {
    UnsupportedOperationException: {
      when: 'a key without a public key',
      input: ({ aliasName }) => ({ KeyId: aliasName }),
    },
  },
  unreachable: {
    InvalidArnException:
      'aliases are accepted, and an invalid ARN gives NotFoundException, as recorded from AWS',
    InvalidKeyUsageException: 'asymmetric keys of every usage have a public key',
  },
  except: { alias: 'aliases are accepted' },
});
