import type { IndexName, TableName, Tables } from './tables.ts';

/** Part of a listing: at most `limit` rows after the given primary key (exclusive). */
export interface Page {
  readonly after?: readonly string[];
  readonly limit?: number;
}

export interface Reader {
  /** Returns the row with this complete primary key. */
  get<T extends TableName>(table: T, ...key: string[]): Promise<Tables[T] | undefined>;
  /** Returns the rows whose primary key starts with `prefix`, in key order. */
  list<T extends TableName>(table: T, prefix: readonly string[], page?: Page): Promise<Tables[T][]>;
  /**
   * Returns the rows whose index columns equal `values` (a leading part is enough), in primary-key
   * order.
   */
  find<T extends TableName>(
    table: T,
    index: IndexName<T>,
    values: readonly (string | number)[],
    page?: Page,
  ): Promise<Tables[T][]>;
  /**
   * Returns the rows whose single-number index is at most `until`, smallest first. It finds what is
   * due.
   */
  due<T extends TableName>(
    table: T,
    index: IndexName<T>,
    until: number,
    limit?: number,
  ): Promise<Tables[T][]>;
}

/**
 * The only place where rows can be written. After the transaction has ended, every method throws.
 */
export interface Transaction extends Reader {
  /** Inserts the row, or replaces the one with the same primary key. */
  put<T extends TableName>(table: T, row: Tables[T]): Promise<void>;
  /** Removes the row if it exists. */
  delete(table: TableName, ...key: string[]): Promise<void>;
}

export interface Change {
  readonly table: TableName;
  readonly key: readonly string[];
}

/**
 * The metadata store. `transact` is serializable and durable: when its promise resolves, the writes
 * survive kill -9 and power loss. When `work` throws, nothing is written and the error is passed
 * through.
 */
export interface Store {
  read<R>(work: (reader: Reader) => Promise<R>): Promise<R>;
  transact<R>(work: (transaction: Transaction) => Promise<R>): Promise<R>;
  /**
   * Calls `listener` with the changes of each transaction after it is durable and before it
   * resolves. Returns a function that unsubscribes.
   */
  subscribe(listener: (changes: readonly Change[]) => void): () => void;
  close(): Promise<void>;
}
