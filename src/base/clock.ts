/** The time, injected everywhere so that tests and `keyhold up --clock-offset` can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that runs `offsetMs` milliseconds ahead of `clock` (behind it, if negative). */
export function offsetClock(clock: Clock, offsetMs: number): Clock {
  return { now: () => clock.now() + offsetMs };
}
