import { BoundedCache } from '../base/index.ts';

interface Options<V> {
  /** Maximum number of values. */
  readonly capacity: number;
  /** Returns the group whose changes overtake a value, such as the account of its rows. */
  readonly groupOf?: (value: V) => string;
}

/** One load of one key, from before its rows are read until its value is derived. */
interface Load<Loaded> {
  readonly value: Promise<Loaded>;
  /**
   * Groups that changed since the load began. Which group the value belongs to is not known yet.
   */
  readonly changedGroups: Set<string>;
}

/**
 * A bounded cache of values that are derived from stored rows. It rests on one promise of its
 * owner: every change of those rows is announced, by `forget` or `forgetGroup`, once it is durable
 * and before anything depends on it being seen.
 *
 * In return, a `get` or `load` that begins after a change was announced never yields a value that
 * was derived from rows read before it. What is revoked therefore stops counting with the
 * announcement:
 * - Values that a change overtakes are removed.
 * - Callers that ask for the same key share one load. Loads that a change overtakes still serve the
 *   callers that began before the change, but later callers do not join them, and their values are
 *   not kept.
 *
 * Absence (`undefined`) is not cached, so that a flood of unknown keys cannot evict known ones.
 * Where there is a value for every key, `Absent` is `never`.
 */
export class DerivedCache<V, Absent extends undefined = undefined> {
  readonly #values: BoundedCache<string, V>;
  readonly #groupOf: ((value: V) => string) | undefined;
  /** Keys of the cached values, by group. */
  readonly #groups = new Map<string, Set<string>>();
  /** The latest load of each key. Only these may be joined and kept. */
  readonly #loads = new Map<string, Load<V | Absent>>();

  constructor({ capacity, groupOf }: Options<V>) {
    this.#values = new BoundedCache(capacity, (value, key) => this.#leaveGroup(key, value));
    this.#groupOf = groupOf;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Returns the cached value. Allocates nothing: this is the hot path. */
  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  /**
   * Loads a value that `get` does not have, or joins the load that is in flight. `derive` must read
   * its rows after it is called; it resolves to undefined if there is nothing to derive from.
   */
  load(key: string, derive: () => Promise<V | Absent>): Promise<V | Absent> {
    const latest = this.#loads.get(key);
    // A load during which any group changed may be of that group, so it is not joined.
    if (latest?.changedGroups.size === 0) return latest.value;
    const load: Load<V | Absent> = {
      changedGroups: new Set(),
      value: derive().then(
        (value) => {
          if (this.#end(key, load) && value !== undefined) this.#keep(key, value, load);
          return value;
        },
        (error: unknown) => {
          this.#end(key, load);
          throw error;
        },
      ),
    };
    this.#loads.set(key, load);
    return load.value;
  }

  /** Announces a change of the rows of one key. */
  forget(key: string): void {
    this.#loads.delete(key);
    this.#remove(key);
  }

  /** Announces a change of rows on which every value of a group may depend. */
  forgetGroup(group: string): void {
    for (const { changedGroups } of this.#loads.values()) changedGroups.add(group);
    for (const key of this.#groups.get(group) ?? []) this.#values.delete(key);
    this.#groups.delete(group);
  }

  /**
   * Resolves when all loads that are in flight now, and could still be kept, have succeeded or
   * failed.
   */
  async settled(): Promise<void> {
    await Promise.allSettled(Array.from(this.#loads.values(), ({ value }) => value));
  }

  /** Returns whether the load was still the latest of its key. */
  #end(key: string, load: Load<V | Absent>): boolean {
    return this.#loads.get(key) === load && this.#loads.delete(key);
  }

  #keep(key: string, value: V, { changedGroups }: Load<V | Absent>): void {
    this.#remove(key);
    const group = this.#groupOf?.(value);
    if (group !== undefined) {
      if (changedGroups.has(group)) return;
      const keys = this.#groups.get(group);
      if (keys) keys.add(key);
      else this.#groups.set(group, new Set([key]));
    }
    this.#values.set(key, value);
  }

  #remove(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#leaveGroup(key, value);
  }

  #leaveGroup(key: string, value: V): void {
    const group = this.#groupOf?.(value);
    const keys = group === undefined ? undefined : this.#groups.get(group);
    keys?.delete(key);
    if (group !== undefined && keys?.size === 0) this.#groups.delete(group);
  }
}
