/** A least-recently-used cache that never holds more than `capacity` entries. */
export class BoundedCache<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #capacity: number;
  readonly #evicted: ((value: V, key: K) => void) | undefined;

  constructor(capacity: number, evicted?: (value: V, key: K) => void) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // Re-inserting on every hit would cost two map writes on the hot path; it only matters once
    // evictions are near.
    if (this.#entries.size * 2 > this.#capacity) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#capacity) return;
    const oldest = this.#entries.entries().next().value;
    if (oldest === undefined) return;
    this.#entries.delete(oldest[0]);
    this.#evicted?.(oldest[1], oldest[0]);
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  /** Returns the keys, the least recently used first. */
  keys(): K[] {
    return [...this.#entries.keys()];
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
