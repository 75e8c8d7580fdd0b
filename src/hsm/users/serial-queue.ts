import { HsmError } from '../wire/index.ts';

const MAX_WAITING = 64;
const MAX_WAITING_PER_USER = 16;

/**
 * One password check per user at a time, so that a hundred guesses that come at once are counted like a hundred that come
 * one by one. Who would wait too long is turned away as `busy`.
 */
export class Turns {
  readonly #last = new Map<string, { readonly done: Promise<unknown>; readonly waiting: number }>();
  #waiting = 0;

  async take<T>(username: string, work: () => Promise<T>): Promise<T> {
    const { done, waiting = 0 } = this.#last.get(username) ?? {};
    if (this.#waiting >= MAX_WAITING || waiting >= MAX_WAITING_PER_USER)
      throw new HsmError('busy', 'too many passwords wait to be checked');
    this.#waiting += 1;
    const turn = this.#after(done, work);
    const place = { done: turn, waiting: waiting + 1 };
    this.#last.set(username, place);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
      this.#leave(username);
    }
  }

  async #after<T>(previous: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
    // How the turn before ended is its own caller's business.
    await previous?.catch(() => undefined);
    return work();
  }

  #leave(username: string): void {
    const place = this.#last.get(username);
    if (!place) return;
    if (place.waiting <= 1) this.#last.delete(username);
    else this.#last.set(username, { ...place, waiting: place.waiting - 1 });
  }
}
