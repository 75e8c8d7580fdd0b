import assert from 'node:assert/strict';
import { ListKeyPoliciesCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

export const ListKeyPolicies = table(
  'ListKeyPolicies',
  ListKeyPoliciesCommand,
)({
  good: (_stage, KeyId) => ({ KeyId }),
  gives: ({ PolicyNames }) => assert.deepEqual(PolicyNames, ['default']),
});
