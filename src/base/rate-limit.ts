import { BoundedCache } from './bounded-cache.ts';
import type { Clock } from './clock.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * Maximum number of names. Beyond it, the least recently used name starts over with a full bucket.
 */
const MAX_NAMES = 10_000;

/** Allows each name `perSecond` operations per second, with bursts of one second's worth. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new BoundedCache<string, TokenBucket>(MAX_NAMES);

  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Returns whether one more operation is allowed for `name` now. If so, counts it. */
  take(name: string): boolean {
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = new TokenBucket(this.#perSecond, this.#perSecond, this.#clock);
      this.#buckets.set(name, bucket);
    }
    return bucket.take();
  }
}
