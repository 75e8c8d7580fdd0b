/**
 * Returns a test that holds if any of the tests holds. A single test is returned as it is: most
 * lists in policies have one member.
 */
export function anyOf<Args extends readonly unknown[]>(
  tests: readonly ((...args: Args) => boolean)[],
): (...args: Args) => boolean {
  const [only, second] = tests;
  if (only && !second) return only;
  return (...args) => tests.some((test) => test(...args));
}

export function allOf<Args extends readonly unknown[]>(
  tests: readonly ((...args: Args) => boolean)[],
): (...args: Args) => boolean {
  const [only, second] = tests;
  if (only && !second) return only;
  return (...args) => tests.every((test) => test(...args));
}
