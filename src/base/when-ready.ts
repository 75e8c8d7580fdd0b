/**
 * Applies `use` to a value immediately if it is not a promise, and once it resolves otherwise. It
 * is for the hot path, where nearly every value is cached and a promise would cost more than the
 * work itself.
 */
export function whenReady<T, R>(
  value: T | Promise<T>,
  use: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** The values: at once if all are there, else when the last is. */
export function allReady<T>(
  values: readonly (T | Promise<T>)[],
): readonly T[] | Promise<readonly T[]> {
  if (values.some((value) => value instanceof Promise)) return Promise.all(values);
  // None of them is a promise.
  return values as readonly T[];
}
