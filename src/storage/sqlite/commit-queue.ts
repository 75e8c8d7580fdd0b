import type { DatabaseSync } from 'node:sqlite';
import { assertInvariant } from '../../base/index.ts';

/** How many waiting transactions may share one commit, and so one fsync. */
const MAX_BATCH_TRANSACTIONS = 64;

interface Job {
  /** Runs inside its own savepoint; what it returns is called once the outcome is durable. */
  run(): Promise<() => void>;
  /** The commit failed: nothing of the batch was written. */
  fail(error: unknown): void;
}

/**
 * Runs transactions on one connection, one after the other. Those that wait at the same time share a commit, each within
 * a savepoint, so that one that throws is undone alone. No outcome, not even an error, is told before the commit: it may
 * rest on what an earlier one of the batch wrote. Hence work must not wait for another transaction.
 */
export class CommitQueue {
  readonly #database: DatabaseSync;
  #waiting: Job[] = [];
  #running: Promise<void> | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** `committed` is called with the result after it is durable, before the promise resolves. */
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

  /** Resolves when nothing waits or runs any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    // Lets the other requests of this tick join the first batch.
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

  /** The error of `work` is an outcome; an error of the database itself is thrown and ends the batch. */
  async #inSavepoint<R>(
    work: () => Promise<R>,
  ): Promise<{ readonly value: R } | { readonly error: unknown }> {
    this.#database.exec('SAVEPOINT work');
    try {
      const value = await work();
      this.#database.exec('RELEASE work');
      return { value };
    } catch (error) {
      // On a full disk SQLite ends the whole transaction by itself, and with it the other work of the batch.
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO work; RELEASE work');
      return { error };
    }
  }
}
