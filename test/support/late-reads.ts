import type { Store } from '../../src/storage/index.ts';

/** A store as it is when the database is slow. */
export interface LateReads extends Store {
  /** Lets the next read deliver its rows only after the returned function is called. The rows are read at once. */
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
