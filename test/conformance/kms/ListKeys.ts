import assert from 'node:assert/strict';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListKeys = table(
  'ListKeys',
  ListKeysCommand,
)({
  key: 'none',
  validInput: () => ({ Limit: 1 }),
  checkOutput({ Keys, Truncated, NextMarker }) {
    assert.deepEqual([Keys?.length, Truncated], [1, true]);
    assert.ok(NextMarker);
  },
  refuses: {
    InvalidMarkerException: {
      input: () => ({ Marker: 'nonsense' }),
      text: 'Could not deserialize marker',
    },
    ValidationException: {
      input: () => ({ Limit: 1001 }),
      text: "1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000",
    },
  },
});
