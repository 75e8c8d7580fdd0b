import { HsmError } from '../wire/index.ts';

const MAX_WAITING = 64;
const MAX_WAITING_PER_USER = 16;

/**
 * Runs one password check per user at a time, so that concurrent guesses are counted one by one.
 * Requests that would wait too long fail with `busy`.
 */
export class SerialQueue {
  readonly #queues = new Map<
    string,
    { readonly done: Promise<unknown>; readonly waiting: number }
  >();
  #waiting = 0;

  async run<T>(username: string, work: () => Promise<T>): Promise<T> {
    const { done, waiting = 0 } = this.#queues.get(username) ?? {};
    if (this.#waiting >= MAX_WAITING || waiting >= MAX_WAITING_PER_USER)
      throw new HsmError('busy', 'too many password checks are waiting');
    this.#waiting += 1;
    const result = this.#runAfter(done, work);
    const entry = { done: result, waiting: waiting + 1 };
    this.#queues.set(username, entry);
    try {
      return await result;
    } finally {
      this.#waiting -= 1;
      this.#leave(username);
    }
  }

  async #runAfter<T>(previous: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
    // The previous task's failure concerns its own caller only.
    await previous?.catch(() => undefined);
    return work();
  }

  #leave(username: string): void {
    const entry = this.#queues.get(username);
    if (!entry) return;
    if (entry.waiting <= 1) this.#queues.delete(username);
    else this.#queues.set(username, { ...entry, waiting: entry.waiting - 1 });
  }
}
