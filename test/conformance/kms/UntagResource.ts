import { UntagResourceCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const UntagResource = table(
  'UntagResource',
  UntagResourceCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId, TagKeys: ['a'] }),
  unreachable: { TagException: 'missing tags are ignored' },
});
