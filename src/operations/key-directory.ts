import { BoundedCache } from '../base/index.ts';
import type { AliasRecord, KeyRecord, MaterialRecord, Scope } from '../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../policy/index.ts';
import type { Change, Store } from '../storage/index.ts';

/** How many keys, aliases and materials are kept at hand each. */
const CAPACITY = 50_000;

/** A key with its policy compiled: once per change of the key, not once per request. */
export interface KnownKey {
  readonly key: KeyRecord;
  readonly policy: CompiledPolicy;
}

/** Looks keys up on the hot path: from bounded caches that the store's changes invalidate. */
export interface KeyDirectory {
  key(scope: Scope, keyId: string): Promise<KnownKey | undefined> | KnownKey | undefined;
  alias(scope: Scope, name: string): Promise<AliasRecord | undefined> | AliasRecord | undefined;
  /** In a Region: related multi-Region keys have the same material. */
  material(materialId: string, region: string): Promise<MaterialRecord | undefined> | MaterialRecord | undefined;
}

export function openKeyDirectory(store: Store): KeyDirectory {
  const keys = cachedRow(store, 'keys', (key) => ({ key, policy: compilePolicy(parsePolicy(key.policy), key.policyPrincipals) }));
  const aliases = cachedRow(store, 'aliases', (alias) => alias);
  const materials = cachedRow(store, 'materials', (material) => material);
  store.subscribe((changes) => {
    for (const change of changes) {
      if (change.table === 'keys') keys.forget(change);
      else if (change.table === 'aliases') aliases.forget(change);
      else if (change.table === 'materials') materials.forget(change);
    }
  });
  return {
    key: ({ account, region }, keyId) => keys.get(account, region, keyId),
    alias: ({ account, region }, name) => aliases.get(account, region, name),
    material: (materialId, region) => materials.get(materialId, region),
  };
}

type DirectoryTable = 'keys' | 'aliases' | 'materials';
type Row<T extends DirectoryTable> = T extends 'keys' ? KeyRecord : T extends 'aliases' ? AliasRecord : MaterialRecord;

interface CachedRow<V> {
  get(...key: string[]): Promise<V | undefined> | V | undefined;
  forget(change: Change): void;
}

/** A read that a change overtakes must not put the old row into the cache: hence the count of changes. */
function cachedRow<T extends DirectoryTable, V>(store: Store, table: T, derive: (row: Row<T>) => V): CachedRow<V> {
  const cache = new BoundedCache<string, V>(CAPACITY);
  let changes = 0;

  async function load(key: string[], cacheKey: string): Promise<V | undefined> {
    const before = changes;
    const row = await store.read((reader) => reader.get(table, ...key));
    if (row === undefined) return undefined;
    // `Row<T>` is `Tables[T]` for these three tables.
    const value = derive(row as Row<T>);
    if (changes === before) cache.set(cacheKey, value);
    return value;
  }

  return {
    get(...key) {
      const cacheKey = key.join('\n');
      return cache.get(cacheKey) ?? load(key, cacheKey);
    },
    forget({ key }) {
      changes += 1;
      cache.delete(key.join('\n'));
    },
  };
}
