import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { assertInvariant } from '../../base/index.ts';
import { open, seal, type SecretKey } from '../../crypto/index.ts';
import { packValue, unpackValue } from '../wire/index.ts';
import { diskFailure } from './disk-failure.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, sealed BLOB NOT NULL, UNIQUE (kind, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS audit (sequence INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
`;

/** A replicated record as it is stored. */
export interface StoredRecord {
  /** Increases with every change in this HSM, so that a peer can ask for later records. */
  readonly sequence: number;
  readonly kind: string;
  readonly id: string;
  readonly content: unknown;
}

/**
 * Opens an HSM's database in `folder`. Every value is sealed under `deviceKey` and bound to its
 * table and row.
 */
export function openDatabase(folder: string, deviceKey: SecretKey): Database {
  return new Database(new DatabaseSync(join(folder, 'hsm.sqlite')), deviceKey);
}

export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #deviceKey: SecretKey;
  readonly #statements = new Map<string, StatementSync>();
  #writeFailure: string | undefined;

  constructor(sqlite: DatabaseSync, deviceKey: SecretKey) {
    this.#sqlite = sqlite;
    this.#deviceKey = deviceKey;
    sqlite.exec(SCHEMA);
  }

  /** Reason of the last failed write. Undefined once a write succeeds again. */
  get writeFailure(): string | undefined {
    return this.#writeFailure;
  }

  /** Checks whether writes succeed again. */
  retryWrite(): void {
    try {
      this.transact(() => this.putSetting('written', true));
    } catch {
      // The failure persists, and `writeFailure` tells why.
    }
  }

  /**
   * Runs `work`. Everything that it writes is on disk when this returns, or nothing is.
   * Transactions cannot be nested.
   *
   * @throws HsmError `disk-failure` if the disk is full or fails.
   */
  transact<T>(work: () => T): T {
    try {
      this.#sqlite.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#sqlite.exec('COMMIT');
      this.#writeFailure = undefined;
      return result;
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
      const failure = diskFailure(error);
      if (failure) this.#writeFailure = failure.message;
      throw failure ?? error;
    }
  }

  setting(name: string): unknown {
    const row = this.#prepare('SELECT sealed FROM settings WHERE name = ?').get(name);
    return row && this.#open(row['sealed'], `settings/${name}`);
  }

  putSetting(name: string, value: unknown): void {
    this.#prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)').run(
      name,
      this.#seal(value, `settings/${name}`),
    );
  }

  /** Stores a record in place of its previous state, and returns its new sequence. */
  putRecord(kind: string, id: string, content: unknown): number {
    const sealed = this.#seal(content, `records/${kind}/${id}`);
    const done = this.#prepare(
      'INSERT OR REPLACE INTO records (kind, id, sealed) VALUES (?, ?, ?)',
    ).run(kind, id, sealed);
    return Number(done.lastInsertRowid);
  }

  /** Returns a record, or undefined if it does not exist. */
  record(kind: string, id: string): StoredRecord | undefined {
    const row = this.#prepare('SELECT * FROM records WHERE kind = ? AND id = ?').get(kind, id);
    return row && this.#recordOf(row);
  }

  /** Returns at most `limit` records with a sequence greater than `after`, in order. */
  recordsAfter(after: number, limit: number): StoredRecord[] {
    const rows = this.#prepare(
      'SELECT * FROM records WHERE sequence > ? ORDER BY sequence LIMIT ?',
    ).all(after, limit);
    return rows.map((row) => this.#recordOf(row));
  }

  appendAudit(sequence: number, content: unknown): void {
    assertInvariant(
      this.#sqlite.isTransaction,
      'an audit entry is written in the transaction of what it records',
    );
    this.#prepare('INSERT INTO audit VALUES (?, ?)').run(
      sequence,
      this.#seal(content, `audit/${sequence}`),
    );
  }

  /** Returns the number of audit entries. */
  auditLength(): number {
    return Number(
      this.#prepare('SELECT coalesce(max(sequence) + 1, 0) AS length FROM audit').get()?.['length'],
    );
  }

  auditFrom(from: number, limit: number): unknown[] {
    const rows = this.#prepare(
      'SELECT * FROM audit WHERE sequence >= ? ORDER BY sequence LIMIT ?',
    ).all(from, limit);
    return rows.map(({ sequence, sealed }) => this.#open(sealed, `audit/${Number(sequence)}`));
  }

  close(): void {
    this.#sqlite.close();
  }

  #recordOf({ sequence, kind, id, sealed }: Readonly<Record<string, unknown>>): StoredRecord {
    const place = `records/${String(kind)}/${String(id)}`;
    return {
      sequence: Number(sequence),
      kind: String(kind),
      id: String(id),
      content: this.#open(sealed, place),
    };
  }

  #seal(value: unknown, place: string): Buffer {
    return seal(this.#deviceKey, packValue(value), Buffer.from(place));
  }

  #open(sealed: unknown, place: string): unknown {
    return unpackValue(open(this.#deviceKey, sealed as Uint8Array, Buffer.from(place)));
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#sqlite.prepare(sql)));
    return statement;
  }
}
