import { TokenBucket, type Clock } from '../base/index.ts';
import { HsmError, type HsmRate, type OperationClass } from './wire/index.ts';

/** Burst after a pause, as a duration: enough for clients whose requests come in waves. */
const MAX_BURST_MS = 250;

/**
 * Limits the operations per second of each class. An operation above the limit is rejected at once,
 * so that no queue builds up.
 */
export class OperationRateLimiter {
  /** Classes without a bucket are not limited. */
  readonly #buckets = new Map<OperationClass, TokenBucket>();

  constructor(rate: HsmRate, clock: Clock) {
    for (const kind of ['symmetric', 'asymmetric', 'other'] as const) {
      const perSecond = rate[kind];
      if (perSecond === undefined) continue;
      const burst = (perSecond * MAX_BURST_MS) / 1_000;
      this.#buckets.set(kind, new TokenBucket(perSecond, burst, clock));
    }
  }

  /** Counts an operation of this class. Throws `HsmError` `busy` if it is above the limit. */
  count(kind: OperationClass): void {
    const bucket = this.#buckets.get(kind);
    if (bucket && !bucket.take())
      throw new HsmError('busy', `${kind} operation rate limit exceeded`);
  }
}
