import { setTimeout as pause } from 'node:timers/promises';
import { BoundedCache, networkOf, type Clock } from '../base/index.ts';
import type { ErrorName } from '../domain/index.ts';

interface Failures {
  count: number;
  last: number;
}

/** Failures of a source that are answered without delay, because they may be mistakes. */
const UNDELAYED_FAILURES = 5;
const DELAY_MIN_MS = 50;
const DELAY_MAX_MS = 2_000;
/** Time without failures after which the count of a source starts again. */
const FORGET_AFTER_MS = 60_000;
const MAX_SOURCES = 10_000;
/**
 * Responses that are delayed at the same time, and memory of their requests. Further ones are sent
 * at once.
 */
const MAX_DELAYED_REQUESTS = 1_000;
const MAX_DELAYED_BYTES = 64 * 1024 * 1024;

const signatureErrors: ReadonlySet<ErrorName> = new Set([
  'InvalidSignatureException',
  'UnrecognizedClientException',
]);

/**
 * Waits before an error response is sent. `bytes` is the size of the request, which stays in
 * memory.
 */
export type AuthDelay = (error: ErrorName, source: string, bytes: number) => Promise<void>;

/**
 * Delays the error responses to sources that keep sending invalid signatures. The delay doubles
 * with each failure, up to two seconds. Valid requests are never delayed, whatever their source.
 */
export function createAuthDelay(
  clock: Clock,
  wait: (milliseconds: number) => Promise<unknown> = pause,
): AuthDelay {
  const sources = new BoundedCache<string, Failures>(MAX_SOURCES);
  let waiting = 0;
  let held = 0;

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

  return async (error, source, bytes) => {
    const delay = signatureErrors.has(error) ? delayOf(networkOf(source)) : 0;
    if (delay === 0 || waiting >= MAX_DELAYED_REQUESTS || held + bytes > MAX_DELAYED_BYTES) return;
    waiting += 1;
    held += bytes;
    await wait(delay);
    waiting -= 1;
    held -= bytes;
  };
}
