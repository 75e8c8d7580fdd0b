import assert from 'node:assert/strict';
import { GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GetKeyPolicy = table(
  'GetKeyPolicy',
  GetKeyPolicyCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ Policy, PolicyName }) =>
    assert.deepEqual([JSON.parse(Policy ?? '').Id, PolicyName], ['key-default-1', 'default']),
  refuses: {
    NotFoundException: {
      when: 'an unknown policy name',
      input: (_stage, KeyId) => ({ KeyId, PolicyName: 'other' }),
    },
  },
});
