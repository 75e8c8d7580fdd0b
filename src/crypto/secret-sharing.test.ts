import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as always, integer, property, shuffledSubarray, uint8Array } from 'fast-check';
import { BrokenSealError } from './aes-gcm.ts';
import { joinShares, splitSecret } from './secret-sharing.ts';

test('any `threshold` shares reconstruct the secret, in any order', () => {
  always(
    property(
      uint8Array({ minLength: 1, maxLength: 40 }),
      integer({ min: 1, max: 6 }),
      integer({ min: 0, max: 4 }),
      (secret, threshold, more) => {
        const shares = splitSecret(secret, threshold + more, threshold);
        always(
          property(shuffledSubarray(shares, { minLength: threshold }), (some) =>
            assert.deepEqual(joinShares(some), Buffer.from(secret)),
          ),
          { numRuns: 5 },
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('fewer than `threshold` shares leave all values of the secret equally likely', () => {
  const counts = new Map<number, number>();
  for (let round = 0; round < 4_096; round += 1) {
    const [share] = splitSecret(Buffer.from([42]), 2, 2);
    counts.set(share?.[1] ?? -1, (counts.get(share?.[1] ?? -1) ?? 0) + 1);
  }
  assert.ok(counts.size > 240, `${counts.size} of 256 values`);
  assert.ok(Math.max(...counts.values()) < 64);
});

test('shares that cannot belong to one secret are rejected', () => {
  const [first, second] = splitSecret(Buffer.from('secret'), 2, 2);
  assert.ok(first && second);
  for (const wrong of [
    [],
    [first, first],
    [first, second.subarray(1)],
    [Buffer.alloc(7), second],
    [Buffer.from([1])],
  ]) {
    assert.throws(() => joinShares(wrong), BrokenSealError);
  }
});
