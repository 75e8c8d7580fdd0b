import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Page } from '../store.ts';
import type { TableName } from '../tables.ts';
import { quoted, shapes, type TableShape } from './schema.ts';

type Value = string | number;

/**
 * Rows of one connection, as untyped documents. Each form of statement is prepared once. There are
 * few forms.
 */
export class Rows {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(table: TableName, key: readonly string[]): unknown {
    const shape = shapeOf(table);
    requireWholeKey(shape, key);
    const row = this.#prepared(`SELECT doc FROM "${table}" WHERE ${equal(shape.key)}`).get(...key);
    return row && documentOf(row);
  }

  list(table: TableName, prefix: readonly string[], page: Page = {}): unknown[] {
    const shape = shapeOf(table);
    return this.#select(shape, shape.key.slice(0, prefix.length), prefix, [], page);
  }

  find(table: TableName, index: string, values: readonly Value[], page: Page = {}): unknown[] {
    const shape = shapeOf(table);
    const columns = shape.indexes[index];
    if (columns === undefined) throw new Error(`Table ${table} has no index ${index}`);
    return this.#select(shape, columns.slice(0, values.length), values, columns, page);
  }

  due(table: TableName, index: string, until: number, limit = -1): unknown[] {
    const [column, ...more] = shapeOf(table).indexes[index] ?? [];
    if (column === undefined || more.length > 0)
      throw new Error(`Table ${table} has no index ${index} of one column`);
    const sql = `SELECT doc FROM "${table}" WHERE "${column}" <= ? ORDER BY "${column}" LIMIT ?`;
    return this.#prepared(sql).all(until, limit).map(documentOf);
  }

  put(table: TableName, row: Readonly<Record<string, unknown>>): readonly string[] {
    const { key, columns } = shapeOf(table);
    const values = columns.map((column) => columnValue(row[column]));
    const places = columns.map(() => '?').join(', ');
    this.#prepared(
      `INSERT OR REPLACE INTO "${table}" (${quoted(columns)}, doc) VALUES (${places}, ?)`,
    ).run(...values, JSON.stringify(row));
    return key.map((column) => String(row[column]));
  }

  /** Deletes a row. Returns whether it existed. */
  delete(table: TableName, key: readonly string[]): boolean {
    const shape = shapeOf(table);
    requireWholeKey(shape, key);
    return (
      this.#prepared(`DELETE FROM "${table}" WHERE ${equal(shape.key)}`).run(...key).changes > 0
    );
  }

  /**
   * Returns the rows where `columns` equal `values` and no column of `present` is missing, in key
   * order.
   */
  #select(
    shape: TableShape,
    columns: readonly string[],
    values: readonly Value[],
    present: readonly string[],
    page: Page,
  ): unknown[] {
    if (columns.length < values.length) throw new Error(`Too many values for table ${shape.name}`);
    const start = startOf(
      shape.key,
      new Map(columns.map((column, at) => [column, values[at]])),
      page.after ?? [],
    );
    const conditions = [
      ...columns.map((column) => `"${column}" = ?`),
      ...present.map((column) => `"${column}" IS NOT NULL`),
      ...(start.columns.length > 0
        ? [`(${quoted(start.columns)}) > (${start.columns.map(() => '?').join(', ')})`]
        : []),
    ];
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    const statement = this.#prepared(
      `SELECT doc FROM "${shape.name}"${where} ORDER BY ${quoted(shape.key)} LIMIT ?`,
    );
    return statement.all(...values, ...start.values, page.limit ?? -1).map(documentOf);
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Returns the start of a page, as a comparison of key columns. Leading columns that are fixed to
 * the same value as in `after` are left out. Only then can SQLite seek to the start instead of
 * stepping over all rows before it.
 */
function startOf(
  key: readonly string[],
  fixed: ReadonlyMap<string, Value | undefined>,
  after: readonly string[],
) {
  const length = Math.min(key.length, after.length);
  let from = 0;
  for (const column of key.slice(0, Math.max(0, length - 1))) {
    if (fixed.get(column) !== after[from]) break;
    from += 1;
  }
  return { columns: key.slice(from, length), values: after.slice(from, length) };
}

function shapeOf(table: TableName): TableShape {
  const shape = shapes.get(table);
  if (!shape) throw new Error(`There is no table ${table}`);
  return shape;
}

function requireWholeKey({ name, key }: TableShape, values: readonly string[]): void {
  if (values.length !== key.length)
    throw new Error(`A key of table ${name} has ${key.length} parts, not ${values.length}`);
}

function equal(columns: readonly string[]): string {
  return columns.map((column) => `"${column}" = ?`).join(' AND ');
}

function columnValue(value: unknown): SQLInputValue {
  if (value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError('Only strings and numbers can be key or index columns');
}

function documentOf(row: Record<string, unknown>): unknown {
  return JSON.parse(String(row['doc']));
}
