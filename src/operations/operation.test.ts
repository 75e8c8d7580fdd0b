import assert from 'node:assert/strict';
import { it } from 'node:test';
import { defineOperation } from './operation.ts';

it('a target with a member that no target has does not compile', () => {
  const operation = defineOperation('kms', 'DescribeKey', {
    effect: 'read',
    targets: ({ KeyId }) => ({
      // @ts-expect-error misspelt, and would be ignored
      key: { on: 'key', id: KeyId, states: 'any', alias: true },
    }),
    handle: () => Promise.reject(new Error('not called')),
  });
  assert.equal(operation.action, 'kms:DescribeKey');
});
