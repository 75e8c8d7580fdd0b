import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenBucket } from './token-bucket.ts';

function taken(bucket: TokenBucket, attempts: number): number {
  return Array.from({ length: attempts }, () => bucket.take()).filter(Boolean).length;
}

test('a token bucket allows its burst at once, and fractions of it add up over time', () => {
  let now = 0;
  const bucket = new TokenBucket(1_000, 2.5, { now: () => now });
  assert.equal(taken(bucket, 10), 2);
  now += 0.5;
  assert.equal(taken(bucket, 10), 1);
  now += 60_000;
  assert.equal(taken(bucket, 10), 2);
});

test('a token bucket allows at least one operation at once, whatever its burst', () => {
  let now = 0;
  const bucket = new TokenBucket(2, 0.5, { now: () => now });
  assert.equal(taken(bucket, 10), 1);
  now += 499;
  assert.equal(taken(bucket, 10), 0);
  now += 1;
  assert.equal(taken(bucket, 10), 1);
});
