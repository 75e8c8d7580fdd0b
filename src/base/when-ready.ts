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
