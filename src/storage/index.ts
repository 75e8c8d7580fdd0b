/**
 * storage: where metadata lives, behind the `Store` contract (`store.ts`), and caches of what is
 * derived from it. Rows are the domain's, laid out by `tables.ts`. It must not know what the rows
 * mean. SQLite is the embedded engine.
 */
export type { Change, Page, Reader, Store, Transaction } from './store.ts';
export { type TableName, type Tables } from './tables.ts';
export { sealedSetting } from './sealed-setting.ts';
export { openSqliteStore } from './sqlite/sqlite-store.ts';
export { DerivedCache } from './derived-cache.ts';
