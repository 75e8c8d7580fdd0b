import type { Logger } from '../../../base/index.ts';

/** Does the work for one after the other; one that fails is logged, and keeps no other from its turn. It comes again. */
export async function forEach<T>(
  rows: readonly T[],
  log: Logger,
  work: (row: T) => Promise<void>,
): Promise<void> {
  for (const row of rows) {
    try {
      await work(row);
    } catch (error) {
      log.error({ err: error }, 'background work on a key failed; it will be tried again');
    }
  }
}
