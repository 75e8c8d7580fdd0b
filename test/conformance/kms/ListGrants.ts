import assert from 'node:assert/strict';
import { ListGrantsCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListGrants = table(
  'ListGrants',
  ListGrantsCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ Grants, Truncated }) => assert.deepEqual([Grants, Truncated], [[], false]),
  refuses: {
    InvalidMarkerException: {
      input: (_stage, KeyId) => ({ KeyId, Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
    InvalidGrantIdException: { input: (_stage, KeyId) => ({ KeyId, GrantId: 'nonsense' }) },
  },
});
