import type { DatabaseSync } from 'node:sqlite';
import { assertInvariant } from '../../base/index.ts';

/** Maximum number of waiting transactions that share one commit, and so one fsync. */
const MAX_BATCH_TRANSACTIONS = 64;

interface Job {
  /**
   * Runs inside its own savepoint. The returned function announces the outcome. It is called once
   * the outcome is durable.
   */
  run(): Promise<() => void>;
  /** Called when the commit failed and nothing of the batch was written. */
  fail(error: unknown): void;
}

/**
 * Runs transactions on one connection, one after the other. Transactions that wait at the same time
 * share a commit. Each has its own savepoint, so that one that throws is undone alone. No outcome,
 * not even an error, is announced before the commit: it may depend on what an earlier transaction
 * of the batch wrote. For the same reason, work must not wait for another transaction.
 */
export class CommitQueue {
  readonly #database: DatabaseSync;
  #waiting: Job[] = [];
  #running: Promise<void> | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Queues a transaction. `committed` is called after the transaction is durable and before the
   * promise resolves.
   */
  submit<R>(work: () => Promise<R>, committed: () => void): Promise<R> {
    return new Promise((resolve, reject) => {
      const run = async (): Promise<() => void> => {
        const outcome = await this.#inSavepoint(work);
        return () => {
          if ('error' in outcome) return reject(outcome.error);
          committed();
          resolve(outcome.value);
        };
      };
      this.#waiting.push({ run, fail: reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when no transaction is waiting or running. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    // Let the other requests of this tick join the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0)
      await this.#commit(this.#waiting.splice(0, MAX_BATCH_TRANSACTIONS));
    this.#running = undefined;
  }

  async #commit(batch: readonly Job[]): Promise<void> {
    const settlers: (() => void)[] = [];
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const job of batch) settlers.push(await job.run());
      this.#database.exec('COMMIT');
      assertInvariant(!this.#database.isTransaction, 'outcomes are announced after the commit');
    } catch (error) {
      for (const job of batch) job.fail(error);
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return;
    }
    for (const settle of settlers) settle();
  }

  /**
   * Runs work in a savepoint. An error of `work` is an outcome. An error of the database itself is
   * thrown and fails the batch.
   */
  async #inSavepoint<R>(
    work: () => Promise<R>,
  ): Promise<{ readonly value: R } | { readonly error: unknown }> {
    this.#database.exec('SAVEPOINT work');
    try {
      const value = await work();
      this.#database.exec('RELEASE work');
      return { value };
    } catch (error) {
      // On a full disk SQLite rolls back the whole transaction by itself, including the rest of the
      // batch.
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO work; RELEASE work');
      return { error };
    }
  }
}
