import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { openSqliteStore } from '../../src/storage/index.ts';
import { describeStore } from './store.ts';

const folders: string[] = [];
function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-store-'));
  folders.push(folder);
  return join(folder, 'metadata.db');
}
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

describeStore('SQLite', () => {
  const path = newPath();
  return { open: () => openSqliteStore(path), remove: () => undefined };
});

test('every write acknowledged before kill -9 is stored', async () => {
  const path = newPath();
  const writer = spawn(
    process.execPath,
    [join(import.meta.dirname, 'write-until-killed.ts'), path],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(writer, 'exit');
  const acknowledged: string[] = [];
  for await (const name of createInterface({ input: writer.stdout })) {
    acknowledged.push(name);
    if (acknowledged.length === 200) writer.kill('SIGKILL');
  }
  await exited;
  const store = openSqliteStore(path);
  try {
    const rows = await store.read((reader) => reader.list('settings', []));
    const stored = new Map(rows.map(({ name, value }) => [name, value]));
    assert.ok(acknowledged.length >= 200);
    for (const name of acknowledged) assert.equal(stored.get(name), `value of ${name}`);
  } finally {
    await store.close();
  }
});

test('the database and its side files are readable by their owner only', async () => {
  const path = newPath();
  const store = openSqliteStore(path);
  await store.transact((transaction) => transaction.put('settings', { name: 'a', value: 'b' }));
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    assert.equal(statSync(file).mode & 0o077, 0, file);
  await store.close();
});

test('a database with a newer schema version is rejected, and its version is kept', async () => {
  const path = newPath();
  await openSqliteStore(path).close();
  const database = new DatabaseSync(path);
  database.exec('UPDATE keyholdSchema SET version = 99');
  assert.throws(() => openSqliteStore(path), /schema version 99/);
  assert.equal(database.prepare('SELECT version FROM keyholdSchema').get()?.['version'], 99);
  database.close();
});

test('a file that is not a database is rejected', () => {
  const path = newPath();
  writeFileSync(
    path,
    'this is not a database, although it is long enough to have a header'.repeat(20),
  );
  assert.throws(() => openSqliteStore(path), /not a database/);
});

test('the schema supports listings by primary key and by index without a scan or a sort', async () => {
  const path = newPath();
  await openSqliteStore(path).close();
  const database = new DatabaseSync(path);
  const plan = (sql: string): string =>
    JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
  const page = plan(
    'SELECT doc FROM "keys" WHERE "account" = ? AND "region" = ? AND ("keyId") > (?) ORDER BY "account", "region", "keyId" LIMIT ?',
  );
  assert.match(page, /account=\? AND region=\? AND keyId>\?/);
  assert.doesNotMatch(page, /TEMP B-TREE/);
  const found = plan(
    'SELECT doc FROM "keys" WHERE "account" = ? AND "region" = ? AND "customKeyStoreId" = ? AND "account" IS NOT NULL AND "region" IS NOT NULL AND "customKeyStoreId" IS NOT NULL ORDER BY "account", "region", "keyId" LIMIT ?',
  );
  assert.match(found, /keys_byStore/);
  assert.doesNotMatch(found, /TEMP B-TREE/);
  database.close();
});
