import assert from 'node:assert/strict';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListAliases = table(
  'ListAliases',
  ListAliasesCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ Aliases, Truncated }) => assert.deepEqual([Aliases, Truncated], [[], false]),
  accepts: { 'no key ID': () => ({}) },
  refuses: {
    InvalidMarkerException: {
      input: (_stage, KeyId) => ({ KeyId, Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
  },
});
