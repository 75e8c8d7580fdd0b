import type { Logger } from '../../../base/index.ts';

/**
 * Runs the work for each row in turn. A failure is logged and does not stop the others; the next
 * round retries it.
 */
export async function forEach<T>(
  rows: readonly T[],
  log: Logger,
  work: (row: T) => Promise<void>,
): Promise<void> {
  for (const row of rows) {
    try {
      await work(row);
    } catch (error) {
      log.error({ err: error }, 'background work on a key failed; retrying in the next round');
    }
  }
}
