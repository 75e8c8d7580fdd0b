/**
 * Error for a promise that other code rests on and that does not hold: a defect of Keyhold, or
 * damaged storage.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * Asserts a condition that always holds in correct code. It stands before the write or answer that
 * rests on it, so that a violation fails the operation instead of being stored or acknowledged.
 * @throws InvariantError
 */
export function assertInvariant(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new InvariantError(`invariant violated: ${invariant}`);
}
