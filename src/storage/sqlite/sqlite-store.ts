import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Change, Page, Reader, Store, Transaction } from '../store.ts';
import type { IndexName, TableName, Tables } from '../tables.ts';
import { CommitQueue } from './commit-queue.ts';
import { Rows } from './rows.ts';
import { prepareSchema } from './schema.ts';

/** How long SQLite waits for another process's lock, in milliseconds. */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * Opens the metadata store in the SQLite file `path`, and creates it if it does not exist. Reads
 * have their own connection: each sees what was last committed, and nothing of a transaction in
 * progress.
 * @throws if the file is not a database, or was written by a newer version.
 */
export function openSqliteStore(path: string): Store {
  // SQLite gives its side files the mode of the database, so this makes all three private.
  closeSync(openSync(path, 'a', 0o600));
  const writing = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
  try {
    writing.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    prepareSchema(writing);
    return new SqliteStore(
      writing,
      new DatabaseSync(path, { readOnly: true, timeout: LOCK_TIMEOUT_MS }),
    );
  } catch (error) {
    writing.close();
    throw error;
  }
}

class SqliteStore implements Store {
  readonly #writing: DatabaseSync;
  readonly #reading: DatabaseSync;
  readonly #written: Rows;
  readonly #reader: Reader;
  readonly #queue: CommitQueue;
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  #closed = false;

  constructor(writing: DatabaseSync, reading: DatabaseSync) {
    this.#writing = writing;
    this.#reading = reading;
    this.#written = new Rows(writing);
    this.#reader = readerOf(new Rows(reading), () => this.#requireOpen());
    this.#queue = new CommitQueue(writing);
  }

  async read<R>(work: (reader: Reader) => Promise<R>): Promise<R> {
    this.#requireOpen();
    return work(this.#reader);
  }

  async transact<R>(work: (transaction: Transaction) => Promise<R>): Promise<R> {
    this.#requireOpen();
    const changes: Change[] = [];
    return this.#queue.submit(
      () => this.#work(work, changes),
      () => this.#announce(changes),
    );
  }

  subscribe(listener: (changes: readonly Change[]) => void): () => void {
    // A wrapper, so that a function that is subscribed twice is called twice and unsubscribed once.
    const entry = (changes: readonly Change[]): void => listener(changes);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.idle();
    this.#reading.close();
    this.#writing.close();
  }

  async #work<R>(work: (transaction: Transaction) => Promise<R>, changes: Change[]): Promise<R> {
    let open = true;
    const requireLive = (): void => {
      if (!open) throw new Error('The transaction has ended');
      if (!this.#writing.isTransaction)
        throw new Error('The database has rolled the transaction back');
    };
    try {
      return await work(transactionOf(this.#written, changes, requireLive));
    } finally {
      open = false;
    }
  }

  /**
   * Notifies the listeners. A listener that throws, such as a cache that cannot forget, must
   * neither be ignored nor keep the others from being called.
   */
  #announce(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('The store is closed');
  }
}

// Only `put` stores rows, and its type is `Tables[T]`, so rows that are read from a table have its
// type.
function readerOf(rows: Rows, requireLive: () => void): Reader {
  return {
    async get<T extends TableName>(table: T, ...key: string[]) {
      requireLive();
      return rows.get(table, key) as Tables[T] | undefined;
    },
    async list<T extends TableName>(table: T, prefix: readonly string[], page?: Page) {
      requireLive();
      return rows.list(table, prefix, page) as Tables[T][];
    },
    async find<T extends TableName>(
      table: T,
      index: IndexName<T>,
      values: readonly (string | number)[],
      page?: Page,
    ) {
      requireLive();
      return rows.find(table, index, values, page) as Tables[T][];
    },
    async due<T extends TableName>(table: T, index: IndexName<T>, until: number, limit?: number) {
      requireLive();
      return rows.due(table, index, until, limit) as Tables[T][];
    },
  };
}

function transactionOf(rows: Rows, changes: Change[], requireLive: () => void): Transaction {
  return {
    ...readerOf(rows, requireLive),
    async put<T extends TableName>(table: T, row: Tables[T]) {
      requireLive();
      changes.push({ table, key: rows.put(table, { ...row }) });
    },
    async delete(table, ...key) {
      requireLive();
      if (rows.delete(table, key)) changes.push({ table, key });
    },
  };
}
