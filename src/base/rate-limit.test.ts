import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { RateLimit } from './rate-limit.ts';

let now = 1_000_000;
const clock = { now: () => now };

describe('RateLimit', () => {
  it('allows a burst of one second’s worth, then its rate', () => {
    const limit = new RateLimit(4, clock);
    const taken = (): number =>
      Array.from({ length: 10 }, () => limit.take('a')).filter(Boolean).length;
    assert.equal(taken(), 4);
    now += 500;
    assert.equal(taken(), 2);
    now += 3_600_000;
    assert.equal(taken(), 4);
  });

  it('supports rates below one per second', () => {
    const limit = new RateLimit(0.1, clock);
    assert.ok(limit.take('a'));
    now += 9_999;
    assert.ok(!limit.take('a'));
    now += 10_000;
    assert.ok(limit.take('a'));
  });

  it('limits each name separately', () => {
    const limit = new RateLimit(1, clock);
    assert.ok(limit.take('a'));
    assert.ok(!limit.take('a'));
    assert.ok(limit.take('b'));
  });

  it('never allows more than its rate plus one second’s worth, even if the clock is set back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (steps, perSecond) => {
          const limit = new RateLimit(perSecond, clock);
          let allowed = 0;
          let forward = 0;
          for (const step of steps) {
            now += step;
            forward += Math.max(0, step);
            if (limit.take('a')) allowed += 1;
          }
          assert.ok(allowed <= perSecond + (forward / 1000) * perSecond + 1e-6);
        },
      ),
    );
  });
});
