import type { GrantRow, KeyRef } from '../../domain/index.ts';
import { DerivedCache, type Store } from '../../storage/index.ts';
import { GrantIndex } from './grant-index.ts';

/** Maximum number of cached grants. An empty index counts as one. */
const MAX_GRANTS = 200_000;

/** Finds the grants on a key by grantee, in indexes in memory that follow the store's changes. */
export interface GrantCache {
  /**
   * Returns the grants of each grantee (by ARN), in their order. Returns at once if all are cached
   * and current.
   */
  indexesFor(
    key: KeyRef,
    grantees: readonly string[],
  ): readonly GrantIndex[] | Promise<readonly GrantIndex[]>;
}

/**
 * The grants of one KMS key, by the grantees that were asked for. A change of a grant does not
 * overtake an index, which may hold many thousands: the index is patched instead, before it is used
 * again.
 */
interface KeyGrants {
  readonly key: KeyRef;
  readonly indexes: DerivedCache<GrantIndex, never>;
  /** Grantee of each indexed grant, by grant ID. */
  readonly granteeOf: Map<string, string>;
  /** Grants that changed since they were last read. */
  readonly changed: Set<string>;
  /** Part of the cache's size that this key accounts for. */
  cachedSize: number;
  /** Present while changed grants are read. */
  refreshing?: Promise<void>;
}

export function openGrantCache(store: Store): GrantCache {
  const cache = new IndexedGrantCache(store);
  store.subscribe((changes) => {
    for (const { table, key } of changes) if (table === 'grants') cache.note(key);
  });
  return cache;
}

class IndexedGrantCache implements GrantCache {
  readonly #store: Store;
  /** Least recently used first. */
  readonly #keys = new Map<string, KeyGrants>();
  #size = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  indexesFor(
    key: KeyRef,
    grantees: readonly string[],
  ): readonly GrantIndex[] | Promise<readonly GrantIndex[]> {
    const grants = this.#use(key);
    const indexes = grantees.map(
      (grantee) =>
        grants.indexes.get(grantee) ??
        grants.indexes.load(grantee, () => this.#load(grants, grantee)),
    );
    return grants.changed.size === 0 && !grants.refreshing && areLoaded(indexes)
      ? indexes
      : this.#loaded(grants, indexes);
  }

  async #loaded(
    grants: KeyGrants,
    indexes: readonly (GrantIndex | Promise<GrantIndex>)[],
  ): Promise<readonly GrantIndex[]> {
    const loaded = await Promise.all(indexes.map(async (index) => index));
    // Another caller may already be refreshing. Wait until no index is known to be stale.
    while (grants.changed.size > 0 || grants.refreshing) await this.#refresh(grants);
    this.#resize(grants);
    return loaded;
  }

  /** Marks a grant as created, changed or deleted. */
  note([account = '', region = '', keyId = '', grantId = '']: readonly string[]): void {
    this.#keys.get(nameOf({ account, region, keyId }))?.changed.add(grantId);
  }

  #use(key: KeyRef): KeyGrants {
    const name = nameOf(key);
    const grants = this.#keys.get(name) ?? {
      key,
      // Bounded together with the other keys', see `#resize`.
      indexes: new DerivedCache<GrantIndex, never>({ capacity: Number.POSITIVE_INFINITY }),
      granteeOf: new Map(),
      changed: new Set(),
      cachedSize: 0,
    };
    this.#keys.delete(name);
    this.#keys.set(name, grants);
    return grants;
  }

  async #load(
    { key: { account, region, keyId }, granteeOf }: KeyGrants,
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

  #refresh(grants: KeyGrants): Promise<void> {
    grants.refreshing ??= this.#readChanged(grants).finally(() => delete grants.refreshing);
    return grants.refreshing;
  }

  async #readChanged(grants: KeyGrants): Promise<void> {
    const { key, indexes, changed } = grants;
    const ids = [...changed];
    changed.clear();
    try {
      const [rows] = await Promise.all([
        this.#store.read((reader) =>
          Promise.all(
            ids.map((grantId) => reader.get('grants', key.account, key.region, key.keyId, grantId)),
          ),
        ),
        // Loads that began before these changes may bring the previous rows. Patch their indexes
        // too.
        indexes.settled(),
      ]);
      for (const [at, grantId] of ids.entries()) replace(grants, grantId, rows[at]);
    } catch (error) {
      for (const grantId of ids) changed.add(grantId);
      throw error;
    }
  }

  /** Evicts the least recently used keys above the limit, but never the last key. */
  #resize(grants: KeyGrants): void {
    if (this.#keys.get(nameOf(grants.key)) !== grants) return;
    const size = grants.granteeOf.size + grants.indexes.size;
    this.#size += size - grants.cachedSize;
    grants.cachedSize = size;
    for (const [name, oldest] of this.#keys) {
      if (this.#size <= MAX_GRANTS || this.#keys.size === 1) return;
      this.#keys.delete(name);
      this.#size -= oldest.cachedSize;
    }
  }
}

function areLoaded(
  indexes: readonly (GrantIndex | Promise<GrantIndex>)[],
): indexes is readonly GrantIndex[] {
  return indexes.every((index) => index instanceof GrantIndex);
}

function replace(
  { indexes, granteeOf }: KeyGrants,
  grantId: string,
  row: GrantRow | undefined,
): void {
  const previous = granteeOf.get(grantId);
  if (previous !== undefined) indexes.get(previous)?.remove(grantId);
  granteeOf.delete(grantId);
  // An index that is being loaded now is left alone: its load began after the change.
  const index = row && indexes.get(row.granteeArn);
  if (!row || !index) return;
  index.add(row);
  granteeOf.set(grantId, row.granteeArn);
}

function nameOf({ account, region, keyId }: KeyRef): string {
  return `${account}\n${region}\n${keyId}`;
}
