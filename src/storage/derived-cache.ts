import { BoundedCache } from '../base/index.ts';

interface Entry<V> {
  readonly value: V;
  /** How many changes there had been when the rows that it was derived from were about to be read. */
  readonly readAt: number;
}

interface Options<V> {
  readonly capacity: number;
  /** The account whose rows a value is derived from. */
  readonly accountOf: (value: V) => string;
}

/**
 * Keeps what was derived from rows until they change: a value is good if nothing of its account, and not its own key, has
 * changed since its rows were read. So a load that a change overtakes is not kept, and the changes of one account cost the
 * others nothing.
 */
export class DerivedCache<V> {
  readonly #accountOf: (value: V) => string;
  readonly #entries: BoundedCache<string, Entry<V>>;
  /** The number of the last change, by account and by key. Of keys only the last changed matter, for loads under way. */
  readonly #accounts = new Map<string, number>();
  readonly #keys: BoundedCache<string, number>;
  #changes = 0;

  constructor({ capacity, accountOf }: Options<V>) {
    this.#accountOf = accountOf;
    this.#entries = new BoundedCache(capacity);
    this.#keys = new BoundedCache(capacity);
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#isGood(key, entry) ? entry.value : undefined;
  }

  async load(key: string, derive: () => Promise<V | undefined>): Promise<V | undefined> {
    const readAt = this.#changes;
    const value = await derive();
    if (value !== undefined) this.#entries.set(key, { value, readAt });
    return value;
  }

  forget(key: string): void {
    this.#keys.set(key, (this.#changes += 1));
    this.#entries.delete(key);
  }

  forgetAccount(account: string): void {
    this.#accounts.set(account, (this.#changes += 1));
  }

  #isGood(key: string, { value, readAt }: Entry<V>): boolean {
    return (
      (this.#accounts.get(this.#accountOf(value)) ?? 0) <= readAt &&
      (this.#keys.get(key) ?? 0) <= readAt
    );
  }
}
