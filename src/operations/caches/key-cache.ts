/**
 * Caches of the hot path that hold compiled policies, and what makes each forget:
 *
 * - `CachedKey` (here) holds a key's row with its compiled key policy. The store announces a change
 *   of the row as soon as it is durable, and the entry is dropped.
 * - Shared policies (here) hold the compiled form of key policies by their text. They cannot go
 *   stale: a changed policy has another text. Rarely used ones are evicted.
 * - The statements that concern an action are kept inside a `CompiledPolicy` (`policy/compile.ts`).
 *   They live and die with it.
 * - A request's condition values are kept in its `RequestContext` (`conditions/request-context.ts`)
 *   and end with the request.
 *
 * The policies of callers are cached by `identity/`, in the same manner: callers and sessions until
 * a row of their account changes, documents by their text. Grants hold no policy; `grant-cache.ts`
 * caches them.
 */
import { BoundedCache } from '../../base/index.ts';
import type { AliasRow, KeyRow, MaterialRow, Scope } from '../../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../../policy/index.ts';
import { DerivedCache, type Store, type Tables } from '../../storage/index.ts';

/** Maximum number of cached rows of each table. */
const MAX_ROWS_PER_TABLE = 50_000;

/** A key with its policy compiled: once per change of the key, not once per request. */
export interface CachedKey {
  readonly key: KeyRow;
  readonly policy: CompiledPolicy;
}

/** Looks up keys, aliases and materials in bounded caches that the store's changes invalidate. */
export interface KeyCache {
  key(scope: Scope, keyId: string): Promise<CachedKey | undefined> | CachedKey | undefined;
  alias(scope: Scope, name: string): Promise<AliasRow | undefined> | AliasRow | undefined;
  /** Returns a material's row in one Region: related multi-Region keys have the same material. */
  material(
    materialId: string,
    region: string,
  ): Promise<MaterialRow | undefined> | MaterialRow | undefined;
}

export function openKeyCache(store: Store): KeyCache {
  const compile = sharedPolicies();
  const keys = cachedRows(store, 'keys', (key) => ({ key, policy: compile(key) }));
  const aliases = cachedRows(store, 'aliases', (alias) => alias);
  const materials = cachedRows(store, 'materials', (material) => material);
  return {
    key: ({ account, region }, keyId) => keys(account, region, keyId),
    alias: ({ account, region }, name) => aliases(account, region, name),
    material: (materialId, region) => materials(materialId, region),
  };
}

/** Maximum number of shared policies. Most keys of an account have the same policy text. */
const MAX_SHARED_POLICIES = 4_096;

/** Compiles key policies. Keys whose policies have the same text share the compiled form. */
function sharedPolicies(): (key: KeyRow) => CompiledPolicy {
  const shared = new BoundedCache<string, CompiledPolicy>(MAX_SHARED_POLICIES);
  return ({ policy, policyPrincipals = {} }) => {
    // The unique IDs of named principals are part of the policy, but not of its text.
    if (Object.keys(policyPrincipals).length > 0)
      return compilePolicy(parsePolicy(policy), policyPrincipals);
    const cached = shared.get(policy);
    if (cached) return cached;
    const compiled = compilePolicy(parsePolicy(policy));
    shared.set(policy, compiled);
    return compiled;
  };
}

type CachedTable = 'keys' | 'aliases' | 'materials';

/** Looks a row up by its whole primary key, and returns the value derived from it. */
type Lookup<V> = (...key: string[]) => V | undefined | Promise<V | undefined>;

/**
 * Caches a value derived from each row of a table. A hot key is derived once per change, not once
 * per request.
 */
function cachedRows<T extends CachedTable, V>(
  store: Store,
  table: T,
  derive: (row: Tables[T]) => V,
): Lookup<V> {
  const cache = new DerivedCache<V>({ capacity: MAX_ROWS_PER_TABLE });
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
