import { randomBytes } from 'node:crypto';
import { ImportKeyMaterialCommand } from '@aws-sdk/client-kms';
import { importInput } from '../harness/import.ts';
import { UNKNOWN_KEY } from '../harness/stage.ts';
import { table } from '../harness/table.ts';

const nonsense = {
  ImportToken: Buffer.alloc(100),
  EncryptedKeyMaterial: Buffer.alloc(256),
  ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
} as const;

export const ImportKeyMaterial = table(
  'ImportKeyMaterial',
  ImportKeyMaterialCommand,
)({
  key: { Origin: 'EXTERNAL' },
  validInput: importInput,
  accepts: {
    'the same material again': async (stage, KeyId) => {
      const material = randomBytes(32);
      await stage.kms.send(new ImportKeyMaterialCommand(await importInput(stage, KeyId, material)));
      return importInput(stage, KeyId, material);
    },
  },
  refuses: {
    IncorrectKeyMaterialException: {
      when: 'different key material',
      async input(stage, KeyId) {
        await stage.kms.send(new ImportKeyMaterialCommand(await importInput(stage, KeyId)));
        return importInput(stage, KeyId);
      },
    },
    InvalidArnException: {
      input: ({ aliasName }) => ({ ...nonsense, KeyId: aliasName }),
      text: 'Key Aliases are not supported for this operation.',
    },
    InvalidCiphertextException: {
      input: async (stage, KeyId) => ({
        ...(await importInput(stage, KeyId)),
        EncryptedKeyMaterial: Buffer.alloc(256, 1),
      }),
    },
    InvalidImportTokenException: { input: (_stage, KeyId) => ({ ...nonsense, KeyId }) },
    NotFoundException: {
      input: () => ({ ...nonsense, KeyId: UNKNOWN_KEY }),
      text: /does not exist$/,
    },
    UnsupportedOperationException: {
      when: 'a key with origin AWS_KMS',
      input: async (stage) => ({ ...nonsense, KeyId: await stage.newKey() }),
      text: /origin is AWS_KMS which is not valid for this operation\.$/,
    },
    ValidationException: {
      when: 'expiring material without a date',
      input: async (stage, KeyId) => ({
        ...(await importInput(stage, KeyId)),
        ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      }),
      text: 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
    },
  },
  unreachable: { ExpiredImportTokenException: 'needs a day: import.test.ts' },
  except: {
    'missing key': 'has its own case',
    alias: 'has its own case',
    Disabled: 'a key without material cannot be disabled',
    PendingReplicaDeletion: 'a key without material cannot be replicated',
    Unavailable: 'custom key stores do not support imported material',
  },
});
