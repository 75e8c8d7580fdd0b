import { setTimeout as pause } from 'node:timers/promises';
import { BoundedCache, type Clock } from '../base/index.ts';
import type { ErrorName } from '../domain/index.ts';

interface Failures {
  count: number;
  last: number;
}

/** The first few may be mistakes. */
const FREE = 5;
/** Milliseconds. */
const SHORTEST = 50;
const LONGEST = 2_000;
/** A source that did nothing wrong for so long starts afresh. */
const FORGIVEN = 60_000;
const SOURCES = 10_000;
/** Requests that are kept waiting at a time; what comes on top is answered at once, so that memory stays bounded. */
const WAITING = 1_000;

const guesses: ReadonlySet<ErrorName> = new Set([
  'InvalidSignatureException',
  'UnrecognizedClientException',
]);

/** Waits before a refusal is sent. */
export type Penalty = (error: ErrorName, source: string) => Promise<void>;

/**
 * Makes whoever keeps sending bad signatures wait for each refusal, twice as long each time up to two seconds. Nobody is
 * locked out: a request that is signed well never waits, wherever it comes from.
 */
export function createPenalties(
  clock: Clock,
  wait: (milliseconds: number) => Promise<unknown> = pause,
): Penalty {
  const sources = new BoundedCache<string, Failures>(SOURCES);
  let waiting = 0;

  function delayOf(source: string): number {
    const now = clock.now();
    let failures = sources.get(source);
    if (!failures || now - failures.last > FORGIVEN)
      sources.set(source, (failures = { count: 0, last: now }));
    failures.count += 1;
    failures.last = now;
    return failures.count <= FREE
      ? 0
      : Math.min(LONGEST, SHORTEST * 2 ** (failures.count - FREE - 1));
  }

  return async (error, source) => {
    const delay = guesses.has(error) ? delayOf(source) : 0;
    if (delay === 0 || waiting >= WAITING) return;
    waiting += 1;
    await wait(delay);
    waiting -= 1;
  };
}
