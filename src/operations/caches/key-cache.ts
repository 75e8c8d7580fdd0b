import { BoundedCache } from '../../base/index.ts';
import type { AliasRow, KeyRow, MaterialRow, Scope } from '../../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../../policy/index.ts';
import type { Change, Store } from '../../storage/index.ts';

/** How many keys, aliases and materials are kept at hand each. */
const CAPACITY = 50_000;

/** A key with its policy compiled: once per change of the key, not once per request. */
export interface KnownKey {
  readonly key: KeyRow;
  readonly policy: CompiledPolicy;
}

/** Looks keys up on the hot path: from bounded caches that the store's changes invalidate. */
export interface KeyDirectory {
  key(scope: Scope, keyId: string): Promise<KnownKey | undefined> | KnownKey | undefined;
  alias(scope: Scope, name: string): Promise<AliasRow | undefined> | AliasRow | undefined;
  /** In a Region: related multi-Region keys have the same material. */
  material(
    materialId: string,
    region: string,
  ): Promise<MaterialRow | undefined> | MaterialRow | undefined;
}

export function openKeyDirectory(store: Store): KeyDirectory {
  const compiled = sharedPolicies();
  const keys = cachedRow(store, 'keys', (key) => ({ key, policy: compiled(key) }));
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

/** How many different policies are kept at hand: most keys of an account have the same. */
const POLICIES = 4_096;

/** Keys whose policies are the same text share what was compiled of it. */
function sharedPolicies(): (key: KeyRow) => CompiledPolicy {
  const shared = new BoundedCache<string, CompiledPolicy>(POLICIES);
  return ({ policy, policyPrincipals = {} }) => {
    // Whom names mean is part of the policy, and not of its text.
    if (Object.keys(policyPrincipals).length > 0)
      return compilePolicy(parsePolicy(policy), policyPrincipals);
    const known = shared.get(policy);
    if (known) return known;
    const compiled = compilePolicy(parsePolicy(policy));
    shared.set(policy, compiled);
    return compiled;
  };
}

type DirectoryTable = 'keys' | 'aliases' | 'materials';
type Row<T extends DirectoryTable> = T extends 'keys'
  ? KeyRow
  : T extends 'aliases'
    ? AliasRow
    : MaterialRow;

interface CachedRow<V> {
  get(...key: string[]): Promise<V | undefined> | V | undefined;
  forget(change: Change): void;
}

/**
 * Whoever asks for a row that is being read waits for that reading, so that a hot key is derived once after a change, not
 * once per request. A reading that a change overtakes is no longer the one that counts: it neither is kept nor joined.
 */
function cachedRow<T extends DirectoryTable, V>(
  store: Store,
  table: T,
  derive: (row: Row<T>) => V,
): CachedRow<V> {
  const cache = new BoundedCache<string, V>(CAPACITY);
  const readings = new Map<string, Promise<V | undefined>>();

  async function read(key: string[]): Promise<V | undefined> {
    const row = await store.read((reader) => reader.get(table, ...key));
    // `Row<T>` is `Tables[T]` for these three tables.
    return row === undefined ? undefined : derive(row as Row<T>);
  }

  function load(key: string[], cacheKey: string): Promise<V | undefined> {
    const under = readings.get(cacheKey);
    if (under) return under;
    const reading: Promise<V | undefined> = read(key)
      .then((value) => {
        if (readings.get(cacheKey) === reading && value !== undefined) cache.set(cacheKey, value);
        return value;
      })
      .finally(() => {
        if (readings.get(cacheKey) === reading) readings.delete(cacheKey);
      });
    readings.set(cacheKey, reading);
    return reading;
  }

  return {
    get(...key) {
      const cacheKey = key.join('\n');
      return cache.get(cacheKey) ?? load(key, cacheKey);
    },
    forget({ key }) {
      const cacheKey = key.join('\n');
      cache.delete(cacheKey);
      readings.delete(cacheKey);
    },
  };
}
