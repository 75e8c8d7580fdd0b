import type { GrantRow, KeyRow } from '../../domain/index.ts';
import { DerivedCache, type Store } from '../../storage/index.ts';
import { GrantIndex } from './grant-index.ts';

/** How many grants are kept at hand; an empty index counts as one. */
const CAPACITY = 200_000;

type Key = Pick<KeyRow, 'account' | 'region' | 'keyId'>;

/** Finds the grants on a key by grantee: from indexes in memory that follow the store's changes. */
export interface GrantDirectory {
  /** The grants of each of these grantees (ARNs), in their order; at once if they are at hand. */
  of(key: Key, grantees: readonly string[]): readonly GrantIndex[] | Promise<readonly GrantIndex[]>;
}

/**
 * The grants of one KMS key, by the grantees that were asked for. A change of a grant does not overtake an index, which may
 * hold many thousands: the index is patched instead, before it is used again.
 */
interface Held {
  readonly key: Key;
  readonly indexes: DerivedCache<GrantIndex, never>;
  /** Grantee of each indexed grant, by grant ID. */
  readonly granteeOf: Map<string, string>;
  /** Grants that changed since they were last read. */
  readonly changed: Set<string>;
  /** Part of the cache's size that this key accounts for. */
  counted: number;
  /** Present while changed grants are read. */
  catchingUp?: Promise<void>;
}

export function openGrantDirectory(store: Store): GrantDirectory {
  const directory = new Directory(store);
  store.subscribe((changes) => {
    for (const { table, key } of changes) if (table === 'grants') directory.note(key);
  });
  return directory;
}

class Directory implements GrantDirectory {
  readonly #store: Store;
  /** Least recently used first. */
  readonly #held = new Map<string, Held>();
  #size = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  of(
    key: Key,
    grantees: readonly string[],
  ): readonly GrantIndex[] | Promise<readonly GrantIndex[]> {
    const held = this.#use(key);
    const indexes = grantees.map(
      (grantee) =>
        held.indexes.get(grantee) ?? held.indexes.load(grantee, () => this.#load(held, grantee)),
    );
    return held.changed.size === 0 && !held.catchingUp && areHere(indexes)
      ? indexes
      : this.#awaited(held, indexes);
  }

  async #awaited(
    held: Held,
    indexes: readonly (GrantIndex | Promise<GrantIndex>)[],
  ): Promise<readonly GrantIndex[]> {
    const loaded = await Promise.all(indexes.map(async (index) => index));
    // Another caller may already be catching up. Wait until no index is known to be stale.
    while (held.changed.size > 0 || held.catchingUp) await this.#catchUp(held);
    this.#count(held);
    return loaded;
  }

  /** A grant was made or is gone. */
  note([account = '', region = '', keyId = '', grantId = '']: readonly string[]): void {
    this.#held.get(nameOf({ account, region, keyId }))?.changed.add(grantId);
  }

  #use(key: Key): Held {
    const name = nameOf(key);
    const held = this.#held.get(name) ?? {
      key,
      // Bounded together with the other keys', see `#count`.
      indexes: new DerivedCache<GrantIndex, never>({ capacity: Number.POSITIVE_INFINITY }),
      granteeOf: new Map(),
      changed: new Set(),
      counted: 0,
    };
    this.#held.delete(name);
    this.#held.set(name, held);
    return held;
  }

  async #load(
    { key: { account, region, keyId }, granteeOf }: Held,
    grantee: string,
  ): Promise<GrantIndex> {
    const rows = await this.#store.read((reader) =>
      reader.find('grants', 'byGrantee', [account, region, keyId, grantee]),
    );
    const index = new GrantIndex();
    for (const row of rows) {
      index.add(row);
      granteeOf.set(row.grantId, grantee);
    }
    return index;
  }

  #catchUp(held: Held): Promise<void> {
    held.catchingUp ??= this.#readChanged(held).finally(() => delete held.catchingUp);
    return held.catchingUp;
  }

  async #readChanged(held: Held): Promise<void> {
    const { key, indexes, changed } = held;
    const ids = [...changed];
    changed.clear();
    try {
      const [rows] = await Promise.all([
        this.#store.read((reader) =>
          Promise.all(
            ids.map((grantId) => reader.get('grants', key.account, key.region, key.keyId, grantId)),
          ),
        ),
        // Loads that began before these changes may bring the previous rows. Patch their indexes too.
        indexes.settled(),
      ]);
      for (const [at, grantId] of ids.entries()) replace(held, grantId, rows[at]);
    } catch (error) {
      for (const grantId of ids) changed.add(grantId);
      throw error;
    }
  }

  /** Forgets the keys that were longest not asked for, but never the last one. */
  #count(held: Held): void {
    if (this.#held.get(nameOf(held.key)) !== held) return;
    const size = held.granteeOf.size + held.indexes.size;
    this.#size += size - held.counted;
    held.counted = size;
    for (const [name, oldest] of this.#held) {
      if (this.#size <= CAPACITY || this.#held.size === 1) return;
      this.#held.delete(name);
      this.#size -= oldest.counted;
    }
  }
}

function areHere(
  indexes: readonly (GrantIndex | Promise<GrantIndex>)[],
): indexes is readonly GrantIndex[] {
  return indexes.every((index) => index instanceof GrantIndex);
}

function replace({ indexes, granteeOf }: Held, grantId: string, row: GrantRow | undefined): void {
  const before = granteeOf.get(grantId);
  if (before !== undefined) indexes.get(before)?.remove(grantId);
  granteeOf.delete(grantId);
  // An index that is being loaded now is left alone: its load began after the change.
  const index = row && indexes.get(row.granteeArn);
  if (!row || !index) return;
  index.add(row);
  granteeOf.set(grantId, row.granteeArn);
}

function nameOf({ account, region, keyId }: Key): string {
  return `${account}\n${region}\n${keyId}`;
}
