import assert from 'node:assert/strict';
import { SignCommand, VerifyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { UNKNOWN_KEY, type Stage } from '../harness/stage.ts';

const signed = { Message: Buffer.from('signed'), SigningAlgorithm: 'ECDSA_SHA_256' } as const;

async function signature({ kms }: Stage, KeyId: string): Promise<Uint8Array | undefined> {
  return (await kms.send(new SignCommand({ ...signed, KeyId }))).Signature;
}

export const Verify = table(
  'Verify',
  VerifyCommand,
)({
  key: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  validInput: async (stage, KeyId) => ({
    ...signed,
    KeyId,
    Signature: await signature(stage, KeyId),
  }),
  checkOutput: ({ KeyId, SignatureValid }, _stage, keyArn) =>
    assert.deepEqual([KeyId, SignatureValid], [keyArn, true]),
  refuses: {
    KMSInvalidSignatureException: [
      {
        when: 'a signature of another message',
        input: async (stage, KeyId) => ({
          ...signed,
          KeyId,
          Message: Buffer.from('other'),
          Signature: await signature(stage, KeyId),
        }),
      },
      {
        when: 'an invalid signature',
        input: (_stage, KeyId) => ({ ...signed, KeyId, Signature: Buffer.alloc(70) }),
      },
    ],
    InvalidKeyUsageException: {
      input: ({ aliasName }) => ({ ...signed, KeyId: aliasName, Signature: Buffer.alloc(70) }),
      text: /key usage is ENCRYPT_DECRYPT which is not valid for Verify\.$/,
    },
    NotFoundException: {
      input: () => ({ ...signed, KeyId: UNKNOWN_KEY, Signature: Buffer.alloc(70) }),
      text: /does not exist$/,
    },
  },
  except: {
    'missing key': 'there is no signature by an unknown key',
    PendingImport: 'there is no signature yet',
  },
});
