import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKmsError } from '../../domain/index.ts';
import { joinedTags } from './cluster-tags.ts';

test('an added tag replaces one with the same key', () => {
  const tags = joinedTags(
    [{ key: 'team', value: 'a' }],
    [
      { Key: 'team', Value: 'b' },
      { Key: 'env', Value: '' },
    ],
  );
  assert.deepEqual(tags, [
    { key: 'team', value: 'b' },
    { key: 'env', value: '' },
  ]);
});

test('reserved, repeated and too many tags are rejected', () => {
  const rejected = (code: string) => (error: unknown) => isKmsError(error) && error.code === code;
  assert.throws(
    () => joinedTags([], [{ Key: 'AWS:x', Value: '' }]),
    rejected('CloudHsmTagException'),
  );
  assert.throws(
    () =>
      joinedTags(
        [],
        [
          { Key: 'a', Value: '' },
          { Key: 'a', Value: '' },
        ],
      ),
    rejected('CloudHsmTagException'),
  );
  const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  assert.throws(() => joinedTags([], many), rejected('CloudHsmResourceLimitExceededException'));
});
