import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPenalties, type Penalty } from './auth-delay.ts';

const MINUTE = 60_000;

describe('a penalty', () => {
  let now = 0;
  let delays: number[] = [];
  const penalties = (wait?: () => Promise<unknown>): Penalty => {
    delays = [];
    return createPenalties({ now: () => now }, (delay) => {
      delays.push(delay);
      return wait?.() ?? Promise.resolve();
    });
  };
  async function fail(penalty: Penalty, times: number, source = '192.0.2.1'): Promise<void> {
    for (let time = 0; time < times; time += 1) await penalty('InvalidSignatureException', source);
  }

  it('comes after five bad signatures, and doubles up to two seconds', async () => {
    const penalty = penalties();
    await fail(penalty, 5);
    assert.deepEqual(delays, []);
    await fail(penalty, 8);
    assert.deepEqual(delays, [50, 100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('is for the source that failed, and for guesses only', async () => {
    const penalty = penalties();
    await fail(penalty, 5);
    await fail(penalty, 1, '192.0.2.2');
    await penalty('ValidationException', '192.0.2.1');
    assert.deepEqual(delays, []);
    await penalty('UnrecognizedClientException', '192.0.2.1');
    assert.deepEqual(delays, [50]);
  });

  it('is forgotten after a minute without failures', async () => {
    const penalty = penalties();
    await fail(penalty, 6);
    now += MINUTE + 1;
    await fail(penalty, 5);
    assert.deepEqual(delays, [50]);
  });

  it('keeps no more than a thousand waiting', async () => {
    const release = Promise.withResolvers<void>();
    const penalty = penalties(() => release.promise);
    await fail(penalty, 5);
    const waiting = Array.from({ length: 1_100 }, () =>
      penalty('InvalidSignatureException', '192.0.2.1'),
    );
    assert.equal(delays.length, 1_000);
    release.resolve();
    await Promise.all(waiting);
  });
});
