import type { Store } from '../../src/storage/index.ts';

/** A store whose reads can be delayed, as with a slow database. */
export interface LateReads extends Store {
  /**
   * Delays the result of the next read until the returned function is called. The rows are still
   * read immediately.
   */
  holdNext(): () => void;
}

export function lateReads(store: Store): LateReads {
  const held: Promise<void>[] = [];
  return {
    holdNext() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.push(promise);
      return resolve;
    },
    async read(work) {
      const delay = held.shift();
      const rows = await store.read(work);
      await delay;
      return rows;
    },
    transact: (work) => store.transact(work),
    subscribe: (listener) => store.subscribe(listener),
    close: () => store.close(),
  };
}
