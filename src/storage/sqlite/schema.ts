import type { DatabaseSync } from 'node:sqlite';
import { layouts, type TableName } from '../tables.ts';

/** A layout without the row's type: what SQL needs to know of a table. */
export interface TableShape {
  readonly name: TableName;
  readonly key: readonly string[];
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** All columns except `doc`: those of the key, then those that only indexes need. */
  readonly columns: readonly string[];
}

function shapeOf(name: TableName): TableShape {
  const { key, indexes }: Pick<TableShape, 'key' | 'indexes'> = layouts[name];
  return {
    name,
    key,
    indexes,
    columns: Array.from(new Set([...key, ...Object.values(indexes).flat()])),
  };
}

// `layouts` is a literal, so its keys are the table names.
const names = Object.keys(layouts) as TableName[];
export const shapes: ReadonlyMap<TableName, TableShape> = new Map(
  names.map((name) => [name, shapeOf(name)]),
);

/**
 * Changes to databases that earlier versions wrote: `migrations[n]` leads from version n + 1 to n +
 * 2.
 */
const migrations: readonly ((database: DatabaseSync) => void)[] = [];
const SCHEMA_VERSION = migrations.length + 1;

/**
 * Migrates the database to this version's schema, in one transaction. New tables and indexes of
 * `layouts` are created automatically. A migration is needed only where existing rows must change,
 * for a new index column for example.
 */
export function prepareSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec('CREATE TABLE IF NOT EXISTS keyholdSchema (version INTEGER NOT NULL) STRICT');
    const stored = storedVersion(database);
    if (stored > SCHEMA_VERSION) {
      throw new Error(
        `The database has schema version ${stored}, but this version of Keyhold supports up to ${SCHEMA_VERSION}: run a newer version.`,
      );
    }
    for (const migrate of migrations.slice(stored - 1)) migrate(database);
    for (const shape of shapes.values()) createTable(database, shape);
    database.exec('DELETE FROM keyholdSchema');
    database.prepare('INSERT INTO keyholdSchema VALUES (?)').run(SCHEMA_VERSION);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Returns the stored version. A database without one is new, and starts at the latest. */
function storedVersion(database: DatabaseSync): number {
  const version = database.prepare('SELECT version FROM keyholdSchema').get()?.['version'];
  return typeof version === 'number' ? version : SCHEMA_VERSION;
}

function createTable(database: DatabaseSync, { name, key, columns, indexes }: TableShape): void {
  const typed = columns.map((column) =>
    key.includes(column) ? `"${column}" TEXT NOT NULL` : `"${column}" ANY`,
  );
  database.exec(
    `CREATE TABLE IF NOT EXISTS "${name}" (${typed.join(', ')}, doc TEXT NOT NULL, PRIMARY KEY (${quoted(key)})) STRICT`,
  );
  for (const [index, parts] of Object.entries(indexes)) {
    // With the rest of the key, the index delivers rows in key order.
    const ordered = [...parts, ...key.filter((column) => !parts.includes(column))];
    const present = parts.map((column) => `"${column}" IS NOT NULL`).join(' AND ');
    database.exec(
      `CREATE INDEX IF NOT EXISTS "${name}_${index}" ON "${name}" (${quoted(ordered)}) WHERE ${present}`,
    );
  }
}

export function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}
