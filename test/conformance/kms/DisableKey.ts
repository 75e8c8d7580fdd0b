import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const DisableKey = table(
  'DisableKey',
  DisableKeyCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
});
