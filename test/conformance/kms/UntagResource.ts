import { UntagResourceCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const UntagResource = table(
  'UntagResource',
  UntagResourceCommand,
)({
  good: (_stage, KeyId) => ({ KeyId, TagKeys: ['a'] }),
  never: { TagException: 'what is not there is removed already' },
});
