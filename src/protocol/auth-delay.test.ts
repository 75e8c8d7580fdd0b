import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuthDelay, type AuthDelay } from './auth-delay.ts';

const MINUTE_MS = 60_000;

describe('the delay of failed authentication', () => {
  let now = 0;
  let delays: number[] = [];
  const newDelay = (wait?: () => Promise<unknown>): AuthDelay => {
    delays = [];
    return createAuthDelay({ now: () => now }, (delay) => {
      delays.push(delay);
      return wait?.() ?? Promise.resolve();
    });
  };
  async function fail(authDelay: AuthDelay, times: number, source = '192.0.2.1'): Promise<void> {
    for (let time = 0; time < times; time += 1)
      await authDelay('InvalidSignatureException', source, 1_000);
  }

  it('starts after five invalid signatures, and doubles up to two seconds', async () => {
    const authDelay = newDelay();
    await fail(authDelay, 5);
    assert.deepEqual(delays, []);
    await fail(authDelay, 8);
    assert.deepEqual(delays, [50, 100, 200, 400, 800, 1600, 2000, 2000]);
  });

  it('applies only to the source that failed, and only to signature errors', async () => {
    const authDelay = newDelay();
    await fail(authDelay, 5);
    await fail(authDelay, 1, '192.0.2.2');
    await authDelay('ValidationException', '192.0.2.1', 1_000);
    assert.deepEqual(delays, []);
    await authDelay('UnrecognizedClientException', '192.0.2.1', 1_000);
    assert.deepEqual(delays, [50]);
  });

  it('is reset after a minute without failures', async () => {
    const authDelay = newDelay();
    await fail(authDelay, 6);
    now += MINUTE_MS + 1;
    await fail(authDelay, 5);
    assert.deepEqual(delays, [50]);
  });

  it('applies to at most a thousand requests at a time', async () => {
    const release = Promise.withResolvers<void>();
    const authDelay = newDelay(() => release.promise);
    await fail(authDelay, 5);
    const waiting = Array.from({ length: 1_100 }, () =>
      authDelay('InvalidSignatureException', '192.0.2.1', 1_000),
    );
    assert.equal(delays.length, 1_000);
    release.resolve();
    await Promise.all(waiting);
  });

  it('applies to requests of at most 64 MiB in total', async () => {
    const release = Promise.withResolvers<void>();
    const authDelay = newDelay(() => release.promise);
    await fail(authDelay, 5);
    const waiting = Array.from({ length: 100 }, () =>
      authDelay('InvalidSignatureException', '192.0.2.1', 1024 * 1024),
    );
    assert.equal(delays.length, 64);
    release.resolve();
    await Promise.all(waiting);
  });

  it('counts an IPv6 network of 64 bits as one source', async () => {
    const authDelay = newDelay();
    for (let host = 1; host <= 7; host += 1) await fail(authDelay, 1, `2001:db8:1:2::${host}`);
    assert.deepEqual(delays, [50, 100]);
  });
});
