import assert from 'node:assert/strict';
import { GenerateMacCommand, VerifyMacCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { UNKNOWN_KEY, type Stage } from '../harness/stage.ts';

const message = { Message: Buffer.from('authenticated'), MacAlgorithm: 'HMAC_SHA_256' } as const;

async function mac({ kms }: Stage, KeyId: string): Promise<Uint8Array | undefined> {
  return (await kms.send(new GenerateMacCommand({ ...message, KeyId }))).Mac;
}

export const VerifyMac = table(
  'VerifyMac',
  VerifyMacCommand,
)({
  key: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  validInput: async (stage, KeyId) => ({ ...message, KeyId, Mac: await mac(stage, KeyId) }),
  checkOutput: ({ KeyId, MacValid }, _stage, keyArn) =>
    assert.deepEqual([KeyId, MacValid], [keyArn, true]),
  refuses: {
    KMSInvalidMacException: {
      input: (_stage, KeyId) => ({ ...message, KeyId, Mac: Buffer.alloc(32) }),
    },
    InvalidKeyUsageException: {
      input: ({ aliasName }) => ({ ...message, KeyId: aliasName, Mac: Buffer.alloc(32) }),
      text: /key usage is ENCRYPT_DECRYPT which is not valid for VerifyMac\.$/,
    },
    NotFoundException: {
      input: () => ({ ...message, KeyId: UNKNOWN_KEY, Mac: Buffer.alloc(32) }),
      text: /does not exist$/,
    },
  },
  except: {
    'missing key': 'there is no MAC by an unknown key',
    PendingImport: 'there is no MAC yet',
  },
});
