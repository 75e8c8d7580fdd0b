import { DeleteImportedKeyMaterialCommand, ImportKeyMaterialCommand } from '@aws-sdk/client-kms';
import { importInput } from '../harness/import.ts';
import { table } from '../harness/table.ts';

export const DeleteImportedKeyMaterial = table(
  'DeleteImportedKeyMaterial',
  DeleteImportedKeyMaterialCommand,
)({
  key: { Origin: 'EXTERNAL' },
  validInput: (_stage, KeyId) => ({ KeyId }),
  accepts: {
    'a key with material': async (stage, KeyId) => {
      await stage.kms.send(new ImportKeyMaterialCommand(await importInput(stage, KeyId)));
      return { KeyId };
    },
  },
  refuses: {
    UnsupportedOperationException: {
      when: 'a key with origin AWS_KMS',
      input: async (stage) => ({ KeyId: await stage.newKey() }),
      text: /origin is AWS_KMS which is not valid for this operation\.$/,
    },
  },
  except: {
    Disabled: 'a key without material cannot be disabled',
    PendingReplicaDeletion: 'a key without material cannot be replicated',
    Unavailable: 'custom key stores do not support imported material',
  },
});
