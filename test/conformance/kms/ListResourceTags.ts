import assert from 'node:assert/strict';
import { ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListResourceTags = table(
  'ListResourceTags',
  ListResourceTagsCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ Tags, Truncated }) => assert.deepEqual([Tags, Truncated], [[], false]),
  refuses: {
    InvalidMarkerException: {
      input: (_stage, KeyId) => ({ KeyId, Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
  },
});
