import assert from 'node:assert/strict';
import { generateKeyPairSync, privateDecrypt, sign, type KeyObject } from 'node:crypto';
import { after, test } from 'node:test';
import { connectHsm, type HsmConnection } from '../client/index.ts';
import type { ControlChannel } from '../../cluster/control-channel.ts';
import {
  emptyWorld,
  hsmWorld,
  refusedAs,
  USER_PASSWORD,
  type WorldHsm,
} from '../../../test/support/hsm/hsm-world.ts';
import { decodeBackupFile } from '../wire/index.ts';

const PASSPHRASE = 'correct horse battery staple';
const aad = Buffer.alloc(0);
const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const admin = await world.login('admin', 'admin');
const alice = await world.login('alice');
const template = { encrypt: true, decrypt: true, label: 'kept' };
const key = await alice.call('generateKey', { keyType: 'aes', length: 32, template });
const { ciphertext } = await alice.call('encrypt', {
  key: key.handle,
  plaintext: Buffer.from('secret'),
  aad,
});

async function readAll(
  read: (offset: number) => Promise<{ readonly bytes: Uint8Array }>,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; ; offset += pieces.at(-1)?.length ?? 0) {
    const { bytes } = await read(offset);
    if (bytes.length === 0) return Buffer.concat(pieces);
    pieces.push(bytes);
  }
}

async function hardwareBackup(control: ControlChannel = world.first.control): Promise<Buffer> {
  const { size } = await control.call('createBackup', { backupId: 'backup-abc' });
  const file = await readAll((offset) => control.call('readBackup', { offset }));
  assert.equal(file.length, size);
  return file;
}

async function exported(passphrase = PASSPHRASE): Promise<Buffer> {
  await admin.call('exportBackup', { passphrase });
  return readAll((offset) => admin.call('readBackup', { offset }));
}

/** Uploads a file in pieces. */
async function upload(
  file: Buffer,
  piece: number,
  write: (input: { offset: number; bytes: Uint8Array }) => Promise<unknown>,
): Promise<void> {
  for (let offset = 0; offset === 0 || offset < file.length; offset += piece) {
    await write({ offset, bytes: file.subarray(offset, offset + piece) });
  }
}

async function restoreByControl({ control }: WorldHsm, file: Buffer): Promise<void> {
  await upload(file, 512 * 1024, (input) => control.call('writeBackup', input));
  await control.call('restoreBackup', {});
}

/** Checks that the keys and users of the backup work in the HSM that it was restored into. */
async function isRestored({ address }: WorldHsm): Promise<void> {
  const connection = await connectHsm(address, { trustAnchor: world.trustAnchor });
  await connection.call('login', {
    username: 'alice',
    role: 'crypto-user',
    password: USER_PASSWORD,
  });
  const { plaintext } = await connection.call('decrypt', { key: key.handle, ciphertext, aad });
  assert.equal(Buffer.from(plaintext).toString(), 'secret');
  connection.close();
}

function tampered(file: Buffer, at: number): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

test('the header of a backup lists its keys and reveals nothing else', async () => {
  const file = await hardwareBackup();
  const header = decodeBackupFile(file)?.header;
  assert.deepEqual(header?.keys, [{ handle: key.handle, label: 'kept', id: '', owner: 'alice' }]);
  assert.deepEqual(
    [header.backupId, header.clusterId, header.userCount],
    ['backup-abc', 'cluster-aaaaaaaaaaa', 3],
  );
  assert.ok(!file.includes(USER_PASSWORD) && !file.includes('argon2id'));
});

test('genuine hardware restores a backup into a related cluster', async () => {
  const file = await hardwareBackup();
  await using other = await emptyWorld({ backupKeys: world.backupKeys });
  const hsm = await other.addHsm();
  await restoreByControl(hsm, file);
  const status = await hsm.control.call('status', {});
  assert.equal(status.lifecycle, 'active');
  assert.equal(
    status.clusterCertificate,
    world.first.status.clusterCertificate ??
      (await world.first.control.call('status', {})).clusterCertificate,
  );
  await isRestored(hsm);
  await hsm.stop();
  await hsm.start();
  await isRestored(hsm);
});

test('HSMs can be added to a restored cluster', async () => {
  const file = await hardwareBackup();
  await using other = await emptyWorld({ backupKeys: world.backupKeys });
  await restoreByControl(await other.addHsm(), file);
  await isRestored(await other.addHsm());
});

test('other hardware cannot open a backup, and a damaged backup changes nothing', async () => {
  const file = await hardwareBackup();
  await using other = await emptyWorld();
  const stranger = await other.addHsm();
  await assert.rejects(restoreByControl(stranger, file), refusedAs('backup-invalid'));
  await using sibling = await emptyWorld({ backupKeys: world.backupKeys });
  const hsm = await sibling.addHsm();
  const cases = [
    tampered(file, 100),
    tampered(file, file.length - 1),
    tampered(file, file.length - 5_000 > 0 ? file.length - 500 : 50),
    file.subarray(0, file.length - 1),
    file.subarray(0, 20),
    Buffer.concat([file, Buffer.alloc(1)]),
    Buffer.alloc(0),
    Buffer.from('KEYHOLDB\xff\xff\xff\xff', 'latin1'),
    await exported(),
  ];
  for (const damaged of cases)
    await assert.rejects(restoreByControl(hsm, damaged), refusedAs('backup-invalid'));
  const { lifecycle, keyCount, userCount } = await hsm.control.call('status', {});
  assert.deepEqual([lifecycle, keyCount, userCount], ['uninitialized', 0, 2]);
  await restoreByControl(hsm, file);
  await isRestored(hsm);
});

test('an active HSM rejects a restore', async () => {
  await assert.rejects(
    restoreByControl(world.first, await hardwareBackup()),
    refusedAs('wrong-lifecycle'),
  );
});

test('an export under a passphrase is restored elsewhere by its owner', async () => {
  const file = await exported();
  await using elsewhere = await emptyWorld();
  const hsm = await elsewhere.addHsm();
  const stranger = await speakTo(hsm);
  await upload(file, 12 * 1024, (input) => stranger.call('writeBackup', input));
  await assert.rejects(
    stranger.call('restoreBackup', { passphrase: 'wrong horse battery staple' }),
    refusedAs('backup-invalid'),
  );
  await upload(file, 12 * 1024, (input) => stranger.call('writeBackup', input));
  await stranger.call('restoreBackup', { passphrase: PASSPHRASE });
  await isRestored(hsm);
  await assert.rejects(
    stranger.call('writeBackup', { offset: 0, bytes: aad }),
    refusedAs('not-logged-in'),
  );
  await assert.rejects(
    stranger.call('restoreBackup', { passphrase: PASSPHRASE }),
    refusedAs('wrong-lifecycle'),
  );
  stranger.close();
});

test('checking a backup proves it intact and changes nothing', async () => {
  const file = await exported();
  const check = async (bytes: Buffer, passphrase = PASSPHRASE): Promise<unknown> => {
    await upload(bytes, 512 * 1024, (input) => admin.call('writeBackup', input));
    return admin.call('checkBackup', { passphrase });
  };
  const facts = (await check(file)) as { keyCount: number; userCount: number; related: boolean };
  assert.deepEqual([facts.keyCount, facts.userCount, facts.related], [1, 3, true]);
  await assert.rejects(check(tampered(file, file.length - 1)), refusedAs('backup-invalid'));
  await assert.rejects(check(file, 'another passphrase'), refusedAs('backup-invalid'));
  await isRestored(world.first);
});

test('an export for several holders opens with `threshold` shares, and not with fewer', async () => {
  const keys = new Map<string, KeyObject>();
  for (const [username, role] of [
    ['admin', 'admin'],
    ['alice', 'crypto-user'],
    ['bob', 'crypto-user'],
  ] as const) {
    const user = await world.login(username, role);
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { approvalData } = await user.call('generateQuorumToken', { service: 'registration' });
    const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' });
    await user.call('registerQuorumKey', {
      publicKey,
      approvalData,
      signature: sign('sha256', approvalData, pair.privateKey),
    });
    keys.set(username, pair.privateKey);
  }
  const order = { holders: ['admin', 'ALICE', 'bob'], threshold: 2 };
  await assert.rejects(
    admin.call('exportBackup', { ...order, threshold: 4 }),
    refusedAs('invalid-argument'),
  );
  await assert.rejects(
    admin.call('exportBackup', { ...order, threshold: 1 }),
    refusedAs('malformed-request'),
  );
  await assert.rejects(
    admin.call('exportBackup', { ...order, holders: ['admin', 'app_user'] }),
    refusedAs('invalid-argument', /not registered an RSA key/),
  );
  const { shares = [] } = await admin.call('exportBackup', order);
  const file = await readAll((offset) => admin.call('readBackup', { offset }));
  assert.deepEqual(
    [decodeBackupFile(file)?.header.holders, decodeBackupFile(file)?.header.threshold],
    [['admin', 'alice', 'bob'], 2],
  );
  const opened = shares.map(({ username, encrypted }) => {
    const key = keys.get(username);
    assert.ok(key);
    return privateDecrypt({ key, oaepHash: 'sha256' }, encrypted);
  });

  await using elsewhere = await emptyWorld();
  const hsm = await elsewhere.addHsm();
  const stranger = await speakTo(hsm);
  const restore = async (...which: Buffer[]): Promise<unknown> => {
    await upload(file, 12 * 1024, (input) => stranger.call('writeBackup', input));
    return stranger.call('restoreBackup', { shares: which });
  };
  const [first, second, third] = opened;
  assert.ok(first && second && third);
  for (const wrong of [[], [first], [first, first], [first, tampered(second, 5)]]) {
    await assert.rejects(restore(...wrong), refusedAs('backup-invalid'));
  }
  await restore(third, first);
  await isRestored(hsm);
  stranger.close();
});

test('a passphrase that is too short is rejected', async () => {
  await assert.rejects(
    admin.call('exportBackup', { passphrase: 'short' }),
    refusedAs('invalid-argument', /12 characters/),
  );
});

test('backups and restores are recorded in the audit log', async () => {
  const { records } = await admin.call('readAudit', { from: 0, limit: 1_000 });
  const opcodes = records.map(
    ({ opcode, response, username }) => `${opcode} ${response} ${username ?? '-'}`,
  );
  for (const expected of [
    'CN_BACKUP_BEGIN success -',
    'CN_BACKUP_END success admin',
    'CN_BACKUP_BEGIN invalid-argument admin',
  ]) {
    assert.ok(opcodes.includes(expected), expected);
  }
});

/**
 * Connects to an uninitialized HSM. Its certificate is self-signed. A user compares its key with
 * the one in the HsmCertificate before trusting it.
 */
async function speakTo({ address }: WorldHsm): Promise<HsmConnection> {
  const first = await connectHsm(address, { trustAnchor: undefined });
  first.close();
  return connectHsm(address, { trustAnchor: first.clusterCertificate });
}
