import type { IndexName, TableName, Tables } from './tables.ts';

/** Which part of a listing: rows after the given primary key (exclusive), at most `limit` of them. */
export interface Page {
  readonly after?: readonly string[];
  readonly limit?: number;
}

export interface Reader {
  /** The row with this whole primary key. */
  get<T extends TableName>(table: T, ...key: string[]): Promise<Tables[T] | undefined>;
  /** The rows whose primary key starts with `prefix`, in key order. */
  list<T extends TableName>(table: T, prefix: readonly string[], page?: Page): Promise<Tables[T][]>;
  /** The rows whose index columns equal `values` (a leading part is enough), in primary-key order. */
  find<T extends TableName>(
    table: T,
    index: IndexName<T>,
    values: readonly (string | number)[],
    page?: Page,
  ): Promise<Tables[T][]>;
  /** The rows whose index of one number is at most `until`, smallest first: what time has brought about. */
  due<T extends TableName>(
    table: T,
    index: IndexName<T>,
    until: number,
    limit?: number,
  ): Promise<Tables[T][]>;
}

/** Writers exist only here. After the transaction's end every method throws. */
export interface Transaction extends Reader {
  /** Inserts the row, or replaces the one with the same primary key. */
  put<T extends TableName>(table: T, row: Tables[T]): Promise<void>;
  /** Removes the row if it is there. */
  delete(table: TableName, ...key: string[]): Promise<void>;
}

export interface Change {
  readonly table: TableName;
  readonly key: readonly string[];
}

/**
 * Where metadata lives. `transact` is serialisable and durable: when its promise resolves, the writes survive kill -9
 * and power loss; when `work` throws, nothing is written and the error passes through.
 */
export interface Store {
  read<R>(work: (reader: Reader) => Promise<R>): Promise<R>;
  transact<R>(work: (transaction: Transaction) => Promise<R>): Promise<R>;
  /** Calls `listener` with the changes of each transaction after it is durable. Returns the way to stop. */
  subscribe(listener: (changes: readonly Change[]) => void): () => void;
  close(): Promise<void>;
}
