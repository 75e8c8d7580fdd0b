import assert from 'node:assert/strict';
import { ListKeyPoliciesCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListKeyPolicies = table(
  'ListKeyPolicies',
  ListKeyPoliciesCommand,
)({
  validInput: (_stage, KeyId) => ({ KeyId }),
  checkOutput: ({ PolicyNames }) => assert.deepEqual(PolicyNames, ['default']),
});
