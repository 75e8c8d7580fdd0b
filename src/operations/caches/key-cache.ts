import { BoundedCache } from '../../base/index.ts';
import type { AliasRow, KeyRow, MaterialRow, Scope } from '../../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../../policy/index.ts';
import { DerivedCache, type Store, type Tables } from '../../storage/index.ts';

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
  const keys = cachedRows(store, 'keys', (key) => ({ key, policy: compiled(key) }));
  const aliases = cachedRows(store, 'aliases', (alias) => alias);
  const materials = cachedRows(store, 'materials', (material) => material);
  return {
    key: ({ account, region }, keyId) => keys(account, region, keyId),
    alias: ({ account, region }, name) => aliases(account, region, name),
    material: (materialId, region) => materials(materialId, region),
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

type CachedTable = 'keys' | 'aliases' | 'materials';

/** Looks a row up by its whole primary key, and returns what is derived from it. */
type Lookup<V> = (...key: string[]) => V | undefined | Promise<V | undefined>;

/** Caches what is derived from each row of a table: a hot key is derived once per change, not once per request. */
function cachedRows<T extends CachedTable, V>(
  store: Store,
  table: T,
  derive: (row: Tables[T]) => V,
): Lookup<V> {
  const cache = new DerivedCache<V>({ capacity: CAPACITY });
  store.subscribe((changes) => {
    for (const change of changes) if (change.table === table) cache.forget(nameOf(change.key));
  });
  return (...key) => {
    const name = nameOf(key);
    return (
      cache.get(name) ??
      cache.load(name, async () => {
        const row = await store.read((reader) => reader.get(table, ...key));
        return row && derive(row);
      })
    );
  };
}

function nameOf(key: readonly string[]): string {
  return key.join('\n');
}
