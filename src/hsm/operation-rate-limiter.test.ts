import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationRateLimiter } from './operation-rate-limiter.ts';
import { refusedAs } from '../../test/support/hsm/hsm-world.ts';

function counted(limiter: OperationRateLimiter, attempts: number): number {
  let done = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      limiter.count('symmetric');
      done += 1;
    } catch (error) {
      assert.ok(refusedAs('busy')(error));
    }
  }
  return done;
}

test('the limiter allows the configured operations per second under any load', () => {
  let now = 0;
  const limiter = new OperationRateLimiter({ symmetric: 1_000 }, { now: () => now });
  assert.equal(counted(limiter, 5_000), 250, 'the initial burst');
  let done = 0;
  for (; now < 10_000; now += 10) done += counted(limiter, 50);
  assert.equal(Math.round(done / 10), 999);
});

test('a pause allows a short burst, and a clock set back adds nothing', () => {
  let now = 1_000_000;
  const limiter = new OperationRateLimiter({ symmetric: 1_000 }, { now: () => now });
  counted(limiter, 250);
  now += 60_000;
  assert.equal(counted(limiter, 1_000), 250);
  now -= 500_000;
  assert.equal(counted(limiter, 10), 0);
  now += 10;
  assert.equal(counted(limiter, 100), 10);
});

test('each class has its own rate, and a class without one is not limited', () => {
  const limiter = new OperationRateLimiter({ asymmetric: 1 }, { now: () => 0 });
  limiter.count('asymmetric');
  assert.throws(() => limiter.count('asymmetric'), refusedAs('busy'));
  assert.equal(counted(limiter, 10_000), 10_000);
});
