import assert from 'node:assert/strict';
import { DecapsulateCommand, EncapsulateCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { UNKNOWN_KEY, type Stage } from '../harness/stage.ts';

const algorithm = { EncapsulationAlgorithm: 'ML_KEM' } as const;

async function encapsulated({ kms }: Stage, KeyId: string): Promise<Uint8Array | undefined> {
  return (await kms.send(new EncapsulateCommand({ ...algorithm, KeyId })))
    .SharedSecretCiphertextBlob;
}

export const Decapsulate = table(
  'Decapsulate',
  DecapsulateCommand,
)({
  key: { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' },
  validInput: async (stage, KeyId) => ({
    ...algorithm,
    KeyId,
    SharedSecretCiphertextBlob: await encapsulated(stage, KeyId),
  }),
  checkOutput: ({ KeyId, SharedSecret }, _stage, keyArn) =>
    assert.deepEqual([KeyId, SharedSecret?.length], [keyArn, 32]),
  refuses: {
    InvalidCiphertextException: {
      input: (_stage, KeyId) => ({
        ...algorithm,
        KeyId,
        SharedSecretCiphertextBlob: Buffer.alloc(767),
      }),
    },
    InvalidKeyUsageException: {
      input: ({ aliasName }) => ({
        ...algorithm,
        KeyId: aliasName,
        SharedSecretCiphertextBlob: Buffer.alloc(768),
      }),
      text: /key usage is ENCRYPT_DECRYPT which is not valid for Decapsulate\.$/,
    },
    NotFoundException: {
      input: () => ({
        ...algorithm,
        KeyId: UNKNOWN_KEY,
        SharedSecretCiphertextBlob: Buffer.alloc(768),
      }),
      text: /does not exist$/,
    },
  },
  except: {
    'missing key': 'there is no ciphertext of an unknown key',
    PendingImport: 'there is no ciphertext yet',
  },
});
