import assert from 'node:assert/strict';
import { GetKeyLastUsageCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GetKeyLastUsage = table(
  'GetKeyLastUsage',
  GetKeyLastUsageCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ KeyLastUsage, TrackingStartDate }) =>
    assert.deepEqual([KeyLastUsage, TrackingStartDate instanceof Date], [{}, true]),
});
