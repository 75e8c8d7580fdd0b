import { setTimeout as pause } from 'node:timers/promises';
import { BoundedCache, type Clock } from '../base/index.ts';
import type { ErrorName } from '../domain/index.ts';

interface Failures {
  count: number;
  last: number;
}

/** The first few may be mistakes. */
const UNDELAYED_FAILURES = 5;
/** Milliseconds. */
const DELAY_MIN_MS = 50;
const DELAY_MAX_MS = 2_000;
/** A source that did nothing wrong for so long starts afresh. */
const FORGET_AFTER_MS = 60_000;
const MAX_SOURCES = 10_000;
/** Requests that are kept waiting at a time; what comes on top is answered at once, so that memory stays bounded. */
const MAX_DELAYED_REQUESTS = 1_000;

const signatureErrors: ReadonlySet<ErrorName> = new Set([
  'InvalidSignatureException',
  'UnrecognizedClientException',
]);

/** Waits before a refusal is sent. */
export type AuthDelay = (error: ErrorName, source: string) => Promise<void>;

/**
 * Makes whoever keeps sending bad signatures wait for each refusal, twice as long each time up to two seconds. Nobody is
 * locked out: a request that is signed well never waits, wherever it comes from.
 */
export function createAuthDelay(
  clock: Clock,
  wait: (milliseconds: number) => Promise<unknown> = pause,
): AuthDelay {
  const sources = new BoundedCache<string, Failures>(MAX_SOURCES);
  let waiting = 0;

  function delayOf(source: string): number {
    const now = clock.now();
    let failures = sources.get(source);
    if (!failures || now - failures.last > FORGET_AFTER_MS)
      sources.set(source, (failures = { count: 0, last: now }));
    failures.count += 1;
    failures.last = now;
    return failures.count <= UNDELAYED_FAILURES
      ? 0
      : Math.min(DELAY_MAX_MS, DELAY_MIN_MS * 2 ** (failures.count - UNDELAYED_FAILURES - 1));
  }

  return async (error, source) => {
    const delay = signatureErrors.has(error) ? delayOf(source) : 0;
    if (delay === 0 || waiting >= MAX_DELAYED_REQUESTS) return;
    waiting += 1;
    await wait(delay);
    waiting -= 1;
  };
}
