import type { Clock } from './clock.ts';

/**
 * Token bucket: allows `perSecond` operations per second on average, and after a pause at most
 * `burst` at once (at least one).
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #size: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, burst: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#size = Math.max(1, burst);
    this.#clock = clock;
    this.#tokens = this.#size;
    this.#filledAt = clock.now();
  }

  /** Returns whether one more operation is allowed now. If so, counts it. */
  take(): boolean {
    const now = this.#clock.now();
    // A clock that is set back adds nothing and takes nothing away.
    const added = (Math.max(0, now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#size, this.#tokens + added);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
