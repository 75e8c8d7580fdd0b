import { UpdateKeyDescriptionCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const UpdateKeyDescription = table(
  'UpdateKeyDescription',
  UpdateKeyDescriptionCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, Description: 'changed' }),
  accepts: { 'an empty description': (_stage, KeyId) => ({ KeyId, Description: '' }) },
  refuses: {
    ValidationException: {
      input: (_stage, KeyId) => ({ KeyId, Description: 'a'.repeat(8193) }),
      text: /at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192$/,
    },
  },
});
