import { EnableKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const EnableKey = table(
  'EnableKey',
  EnableKeyCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  unreachable: { LimitExceededException: 'there is no limit on enabled keys' },
});
