import { BoundedCache } from '../base/index.ts';

/** Keeps what was derived from rows until they change. A load that a change overtakes is not kept: it may have read old rows. */
export class DerivedCache<V> {
  readonly #values: BoundedCache<string, V>;
  #changes = 0;

  constructor(capacity: number) {
    this.#values = new BoundedCache(capacity);
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  async load(key: string, derive: () => Promise<V | undefined>): Promise<V | undefined> {
    const before = this.#changes;
    const value = await derive();
    if (value !== undefined && this.#changes === before) this.#values.set(key, value);
    return value;
  }

  forget(key: string): void {
    this.#changes += 1;
    this.#values.delete(key);
  }

  forgetAll(): void {
    this.#changes += 1;
    this.#values.clear();
  }
}
