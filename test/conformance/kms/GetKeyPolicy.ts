import assert from 'node:assert/strict';
import { GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const GetKeyPolicy = table(
  'GetKeyPolicy',
  GetKeyPolicyCommand,
)({
  good: (_stage, KeyId) => ({ KeyId }),
  gives: ({ Policy, PolicyName }) =>
    assert.deepEqual([JSON.parse(Policy ?? '').Id, PolicyName], ['key-default-1', 'default']),
  refuses: {
    NotFoundException: {
      when: 'a policy that is not there',
      input: (_stage, KeyId) => ({ KeyId, PolicyName: 'other' }),
    },
  },
});
