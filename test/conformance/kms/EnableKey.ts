import { EnableKeyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const EnableKey = table(
  'EnableKey',
  EnableKeyCommand,
)({
  good: (_stage, KeyId) => ({ KeyId }),
  never: { LimitExceededException: 'there is no limit of enabled keys' },
});
