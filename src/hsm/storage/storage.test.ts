import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { SecretText } from '../../base/index.ts';
import { randomBytes, secretKey } from '../../crypto/index.ts';
import {
  FolderInUseError,
  lockFolder,
  openDatabase,
  openDeviceKey,
  WrongSecretError,
  type DeviceSecret,
} from './index.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'keyhold-storage-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const passphrase = (text: string): DeviceSecret => ({ passphrase: new SecretText(text) });

/** Creates a folder as systemd does for a service with LoadCredential. */
function credentials(content: string): DeviceSecret {
  writeFileSync(join(folder, 'keyhold-device-key'), content);
  return { credentialsFolder: folder };
}

test('a device key is the same at every start, from a file, a passphrase or a systemd credential', async () => {
  const kinds: readonly (() => DeviceSecret)[] = [
    () => ({}),
    () => passphrase('a passphrase'),
    () => credentials('a credential'),
  ];
  for (const secretOf of kinds) {
    const secret = secretOf();
    const first = await openDeviceKey(folder, secret);
    assert.ok((await openDeviceKey(folder, secret)).equals(first));
    for (const name of readdirSync(folder))
      if (name.startsWith('device')) rmSync(join(folder, name));
  }
});

test('a folder opens only with the secret that sealed it', async () => {
  await openDeviceKey(folder, passphrase('the right one'));
  await assert.rejects(openDeviceKey(folder, passphrase('a wrong one')), WrongSecretError);
  await assert.rejects(openDeviceKey(folder, {}), WrongSecretError);
  await assert.rejects(openDeviceKey(folder, credentials('x')), WrongSecretError);
  await openDeviceKey(folder, passphrase('the right one'));
});

test('a damaged key file is reported, not replaced', async () => {
  await openDeviceKey(folder, {});
  const path = join(folder, 'device.key');
  writeFileSync(path, readFileSync(path).subarray(1));
  await assert.rejects(openDeviceKey(folder, {}), /device.key is damaged/);
});

test('the files that unseal a folder are readable by their owner only', async () => {
  await openDeviceKey(folder, {});
  for (const name of readdirSync(folder))
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
});

test('only one process at a time can lock a folder', () => {
  const lock = lockFolder(folder);
  assert.throws(() => lockFolder(folder), FolderInUseError);
  lock.release();
  lockFolder(folder).release();
});

test('a failed transaction writes nothing', () => {
  const database = openDatabase(folder, secretKey(randomBytes(32)));
  assert.throws(() =>
    database.transact(() => {
      database.putSetting('a', 1);
      database.putRecord('key', 'x', { secret: true });
      throw new Error('in the middle');
    }),
  );
  assert.equal(database.setting('a'), undefined);
  assert.deepEqual(database.recordsAfter(0, 10), []);
  database.close();
});

test('values can’t be read, changed or moved to another row without the device key', () => {
  const key = secretKey(randomBytes(32));
  const database = openDatabase(folder, key);
  database.putSetting('mine', 'SECRET VALUE');
  database.putSetting('other', 'another');
  database.putRecord('key', 'a', 'SECRET VALUE');
  database.putRecord('key', 'b', 'another');
  database.close();
  for (const name of readdirSync(folder))
    assert.ok(!readFileSync(join(folder, name)).includes('SECRET VALUE'), name);
  assert.throws(
    () => openDatabase(folder, secretKey(randomBytes(32))).setting('mine'),
    /do not open/,
  );

  const meddle = (sql: string): void => {
    const sqlite = new DatabaseSync(join(folder, 'hsm.sqlite'));
    sqlite.exec(sql);
    sqlite.close();
  };
  meddle(
    "UPDATE settings SET sealed = (SELECT sealed FROM settings WHERE name = 'mine') WHERE name = 'other'",
  );
  meddle("UPDATE records SET sealed = (SELECT sealed FROM records WHERE id = 'a') WHERE id = 'b'");
  const again = openDatabase(folder, key);
  assert.equal(again.setting('mine'), 'SECRET VALUE');
  assert.throws(() => again.setting('other'), /do not open/);
  assert.throws(() => again.recordsAfter(0, 10), /do not open/);
  again.close();
});
