import type { Clock } from '../base/index.ts';
import { HsmError, type HsmRate, type OperationClass } from './wire/index.ts';

/** Milliseconds of work that may come at once after a pause: long enough for callers that come in waves. */
const BURST = 250;

interface Bucket {
  /** Operations per millisecond. */
  readonly rate: number;
  readonly size: number;
  tokens: number;
  filledAt: number;
}

/** How much an HSM does per second. What is over it is refused at once, so that nothing queues up. */
export class Capacity {
  readonly #clock: Clock;
  readonly #buckets = new Map<OperationClass, Bucket>();

  constructor(rate: HsmRate, clock: Clock) {
    this.#clock = clock;
    for (const kind of ['symmetric', 'asymmetric', 'other'] as const) {
      const perSecond = rate[kind];
      if (perSecond === undefined) continue;
      const size = Math.max(1, (perSecond * BURST) / 1_000);
      this.#buckets.set(kind, {
        rate: perSecond / 1_000,
        size,
        tokens: size,
        filledAt: clock.now(),
      });
    }
  }

  /** Counts an operation of this class. Throws `busy` if the HSM does as many as it can already. */
  use(kind: OperationClass): void {
    const bucket = this.#buckets.get(kind);
    if (!bucket) return;
    const now = this.#clock.now();
    // A clock that was set back only fills nothing.
    bucket.tokens = Math.min(
      bucket.size,
      bucket.tokens + Math.max(0, now - bucket.filledAt) * bucket.rate,
    );
    bucket.filledAt = now;
    if (bucket.tokens < 1)
      throw new HsmError('busy', `the HSM does all the ${kind} operations that it can`);
    bucket.tokens -= 1;
  }
}
