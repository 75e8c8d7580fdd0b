import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { GetParametersForImportCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const;

export const GetParametersForImport = table(
  'GetParametersForImport',
  GetParametersForImportCommand,
)({
  key: { Origin: 'EXTERNAL' },
  validInput: (_stage, KeyId) => ({ KeyId, ...wrapping }),
  checkOutput({ KeyId, ImportToken, PublicKey, ParametersValidTo }, _stage, keyArn) {
    assert.equal(KeyId, keyArn);
    assert.ok(ImportToken && ParametersValidTo);
    createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  },
  refuses: {
    UnsupportedOperationException: {
      when: 'a key with origin AWS_KMS',
      input: async (stage) => ({ KeyId: await stage.newKey(), ...wrapping }),
      text: /origin is AWS_KMS which is not valid for this operation\.$/,
    },
  },
  except: {
    Disabled: 'a key without material cannot be disabled',
    PendingReplicaDeletion: 'a key without material cannot be replicated',
    Unavailable: 'custom key stores do not support imported material',
  },
});
