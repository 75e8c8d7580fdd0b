import { BoundedCache } from './bounded-cache.ts';
import type { Clock } from './clock.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** How many names are told apart; those that were not seen for longest start afresh. */
const MAX_NAMES = 10_000;

/** Allows each name so many per second on average, and no more at once than fall into one second (one, at least). */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #depth: number;
  readonly #buckets = new BoundedCache<string, Bucket>(MAX_NAMES);

  constructor(perSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#depth = Math.max(1, perSecond);
  }

  /** Whether one more is allowed now; if so, it is counted. */
  take(name: string): boolean {
    const now = this.#clock.now();
    let bucket = this.#buckets.get(name);
    if (!bucket) this.#buckets.set(name, (bucket = { tokens: this.#depth, at: now }));
    // A clock that is set back earns nothing, and costs nothing.
    const earned = (Math.max(0, now - bucket.at) / 1000) * this.#perSecond;
    bucket.tokens = Math.min(this.#depth, bucket.tokens + earned);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
