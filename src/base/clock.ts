/**
 * Source of the current time. It is injected everywhere, so that tests and `keyhold up
 * --clock-offset` can move it.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Returns a clock that runs `offsetMs` milliseconds ahead of `clock`, or behind it if negative. */
export function offsetClock(clock: Clock, offsetMs: number): Clock {
  return { now: () => clock.now() + offsetMs };
}
