import type { KmsError } from '../domain/index.ts';
import type { Reader, Store, Tables, Transaction } from '../storage/index.ts';

/**
 * The values that make a row the resource that was authorized, in addition to its primary key: an
 * ID or time of creation that no later row has, what the row adds to its ARN, and what condition
 * keys compare. Other columns can change between authorization and transaction.
 */
const identities = {
  accounts: ({ creationDate }) => [creationDate],
  aliases: ({ keyId, creationDate }) => [keyId, creationDate],
  backups: ({ creationDate }) => [creationDate],
  clusters: ({ creationDate }) => [creationDate],
  grants: ({ creationDate }) => [creationDate],
  groups: ({ groupId, path }) => [groupId, path],
  keys: ({ creationDate }) => [creationDate],
  managedPolicies: ({ policyId, path }) => [policyId, path],
  oidcProviders: ({ creationDate }) => [creationDate],
  roles: ({ roleId, path, boundary }) => [roleId, path, boundary],
  users: ({ userId, path, boundary }) => [userId, path, boundary],
} as const satisfies { [T in keyof Tables]?: (row: Tables[T]) => readonly unknown[] };

/** Tables whose rows can be targets. */
export type TargetTable = keyof typeof identities;

interface MaybeRow<Row> {
  /** The row at the time of authorization. Undefined if there was none. */
  readonly row: Row | undefined;
  /** Returns the API's error for a missing resource. */
  readonly missing: () => KmsError;
}

/** A row that a target was resolved to, and authorized as. */
export interface RowRef<T extends TargetTable = TargetTable> extends MaybeRow<Tables[T]> {
  readonly table: T;
  /** The complete primary key. */
  readonly key: readonly string[];
}

/**
 * Reports that a resource was replaced, or changed in what authorized the call, between
 * authorization and transaction. Nothing was written. The pipeline chooses the service's error.
 */
export class ChangedMeanwhile extends Error {
  constructor({ table, key }: RowRef) {
    super(`${table} ${key.join(' ')} changed after it was authorized`);
    this.name = 'ChangedMeanwhile';
  }
}

/**
 * Returns the row that was authorized.
 * @throws KmsError the API's error for a missing resource
 */
export function rowOf<Row>({ row, missing }: MaybeRow<Row>): Row {
  if (row === undefined) throw missing();
  return row;
}

/**
 * Returns the current version of the row that was authorized.
 * @throws KmsError the API's error for a missing resource, if it was missing or is missing now
 * @throws ChangedMeanwhile if it is another resource now
 */
export async function current<T extends TargetTable>(
  reader: Reader,
  ref: RowRef<T>,
): Promise<Tables[T]> {
  const authorized = rowOf(ref);
  const row = rowOf({ ...ref, row: await reader.get(ref.table, ...ref.key) });
  if (!same(ref.table, authorized, row)) throw new ChangedMeanwhile(ref);
  return row;
}

/**
 * Changes the current version of the row that was authorized.
 * @throws KmsError the API's error for a missing resource
 * @throws ChangedMeanwhile if it is another resource now
 */
export function amend<T extends TargetTable>(
  store: Store,
  ref: RowRef<T>,
  change: (row: Tables[T], transaction: Transaction) => Tables[T] | Promise<Tables[T]>,
): Promise<Tables[T]> {
  return store.transact(async (transaction) => {
    const changed = await change(await current(transaction, ref), transaction);
    await transaction.put(ref.table, changed);
    return changed;
  });
}

/**
 * Returns a store for one request. Each of its transactions first requires that every row that the
 * request was authorized by is still the same resource, so that no handler can change another one
 * under the same name. A resource that was missing must still be missing.
 */
export function guardedStore(store: Store, rows: () => readonly RowRef[]): Store {
  return {
    read: (work) => store.read(work),
    subscribe: (listener) => store.subscribe(listener),
    close: () => store.close(),
    transact: (work) =>
      store.transact(async (transaction) => {
        for (const ref of rows()) await requireSame(transaction, ref);
        return work(transaction);
      }),
  };
}

async function requireSame(reader: Reader, ref: RowRef): Promise<void> {
  if (ref.row !== undefined) await current(reader, ref);
  else if (await reader.get(ref.table, ...ref.key)) throw ref.missing();
}

function same<T extends TargetTable>(table: T, before: Tables[T], now: Tables[T]): boolean {
  // TypeScript does not relate the function and the rows, although both belong to `table`.
  const identity = identities[table] as (row: Tables[T]) => readonly unknown[];
  const values = identity(now);
  return identity(before).every((value, at) => value === values[at]);
}
