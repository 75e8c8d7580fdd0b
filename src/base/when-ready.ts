/**
 * Goes on with a value at once if it is at hand, and when it comes if it is not. For the hot path: there nearly everything
 * is at hand, and a promise for it would cost more than what is done with it.
 */
export function whenReady<T, R>(
  value: T | Promise<T>,
  goOn: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}

/** The values: at once if all are there, else when the last is. */
export function allReady<T>(
  values: readonly (T | Promise<T>)[],
): readonly T[] | Promise<readonly T[]> {
  if (values.some((value) => value instanceof Promise)) return Promise.all(values);
  // None of them is a promise.
  return values as readonly T[];
}
