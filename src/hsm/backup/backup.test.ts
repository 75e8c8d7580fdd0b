import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connectHsm } from '../client/index.ts';
import type { ControlChannel } from '../../cluster/control-channel.ts';
import {
  ADMIN_PASSWORD,
  emptyWorld,
  refusedAs,
  USER_PASSWORD,
  type HsmWorld,
  type WorldHsm,
} from '../../../test/support/hsm/hsm-world.ts';
import {
  connectUnclaimed,
  permitRestore,
  readAll,
  recoveryHolders,
  restoreAtPort,
  upload,
} from '../../../test/support/hsm/recovery-world.ts';
import { decodeBackupFile } from '../wire/index.ts';

const PASSPHRASE = 'correct horse battery staple';
const aad = Buffer.alloc(0);
const holders = recoveryHolders(['anna', 'ben', 'carla'], 2);
const world = await emptyWorld();
after(() => world[Symbol.asyncDispose]());
await world.addHsm();
const { recovery: issued } = await world.claim({ recovery: holders.order });
await world.addHsm();
const shares = holders.open(issued, 'anna', 'carla');
const admin = await world.login('admin', 'admin');
const alice = await world.login('alice');
const template = { encrypt: true, decrypt: true, label: 'kept' };
const key = await alice.call('generateKey', { keyType: 'aes', length: 32, template });
const { ciphertext } = await alice.call('encrypt', {
  key: key.handle,
  plaintext: Buffer.from('secret'),
  aad,
});

async function hardwareBackup(control: ControlChannel = world.first.control): Promise<Buffer> {
  const { size } = await control.call('createBackup', { backupId: 'backup-abc' });
  const file = await readAll((offset) => control.call('readBackup', { offset }));
  assert.equal(file.length, size);
  return file;
}

async function exported(passphrase?: string): Promise<Buffer> {
  await admin.call('exportBackup', passphrase === undefined ? {} : { passphrase });
  return readAll((offset) => admin.call('readBackup', { offset }));
}

async function restoreByControl({ control }: WorldHsm, file: Buffer): Promise<void> {
  await upload(file, (input) => control.call('writeBackup', input), 512 * 1024);
  const { outcome } = await control.call('restoreBackup', {});
  assert.equal(outcome, 'restored');
}

/**
 * Checks that the admins, users and keys of the backup are in the HSM that it was restored into,
 * and that a crypto user gets a new password first.
 */
async function isRestored({ address }: WorldHsm, password = 'a-new-password'): Promise<void> {
  const manager = await connectHsm(address, { trustAnchor: world.trustAnchor });
  await manager.call('login', { username: 'admin', role: 'admin', password: ADMIN_PASSWORD });
  const user = { username: 'alice', role: 'crypto-user' } as const;
  await manager.call('changePassword', { ...user, password });
  manager.close();
  const connection = await connectHsm(address, { trustAnchor: world.trustAnchor });
  await connection.call('login', { ...user, password });
  const { plaintext } = await connection.call('decrypt', { key: key.handle, ciphertext, aad });
  assert.equal(Buffer.from(plaintext).toString(), 'secret');
  connection.close();
}

function tampered(file: Buffer, at: number): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** An installation with the same manufacturer and operator. */
function sibling(): Promise<HsmWorld> {
  return emptyWorld({ backupKeys: world.backupKeys, manufacturer: world.manufacturer });
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
  await using other = await sibling();
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
  await isRestored(hsm, 'another-password');
});

test('HSMs can be added to a restored cluster', async () => {
  const file = await hardwareBackup();
  await using other = await sibling();
  await restoreByControl(await other.addHsm(), file);
  await isRestored(await other.addHsm());
});

test('other hardware cannot open a backup, and a damaged backup changes nothing', async () => {
  const file = await hardwareBackup();
  await using other = await emptyWorld();
  const stranger = await other.addHsm();
  await assert.rejects(restoreByControl(stranger, file), refusedAs('backup-invalid'));
  await using same = await sibling();
  const hsm = await same.addHsm();
  const cases = [
    tampered(file, 100),
    tampered(file, file.length - 1),
    tampered(file, file.length - 5_000 > 0 ? file.length - 500 : 50),
    file.subarray(0, file.length - 1),
    file.subarray(0, 20),
    Buffer.concat([file, Buffer.alloc(1)]),
    Buffer.alloc(0),
    Buffer.from('KEYHOLDB\xff\xff\xff\xff', 'latin1'),
  ];
  for (const damaged of cases)
    await assert.rejects(restoreByControl(hsm, damaged), refusedAs('backup-invalid'));
  const { lifecycle, keyCount, userCount } = await hsm.control.call('status', {});
  assert.deepEqual([lifecycle, keyCount, userCount], ['uninitialized', 0, 2]);
  await restoreByControl(hsm, file);
  await isRestored(hsm);
});

test('a backup of an earlier version is rejected with the next step', async () => {
  const header = Buffer.from('{"format":1,"protection":"passphrase","salt":"","keys":[]}');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  const old = Buffer.concat([Buffer.from('KEYHOLDB'), length, header, Buffer.alloc(64)]);
  await upload(old, (piece) => admin.call('writeBackup', piece));
  await assert.rejects(
    admin.call('checkBackup', {}),
    refusedAs('backup-invalid', /earlier version of Keyhold/),
  );
});

test('an active HSM rejects a restore', async () => {
  await assert.rejects(
    restoreByControl(world.first, await hardwareBackup()),
    refusedAs('wrong-lifecycle'),
  );
});

test('an export is restored elsewhere with `threshold` shares, and not with fewer', async () => {
  const file = await exported();
  const info = decodeBackupFile(file)?.header.recovery;
  assert.deepEqual(
    [info?.keyId, info?.threshold, info?.holders.map(({ name }) => name)],
    [issued?.keyId, 2, ['anna', 'ben', 'carla']],
  );
  await using elsewhere = await emptyWorld();
  const hsm = await elsewhere.addHsm();
  const roots = [world.manufacturer.certificate];
  const [first, second] = shares as [Buffer, Buffer];
  for (const wrong of [[], [first], [first, first], [first, tampered(second, 5)]])
    await assert.rejects(
      restoreAtPort(hsm, file, { shares: wrong }, roots),
      refusedAs('backup-invalid', /shares/),
    );
  await assert.rejects(restoreAtPort(hsm, file, {}, roots), refusedAs('backup-invalid', /--share/));
  await assert.rejects(
    restoreAtPort(hsm, file, { shares }),
    refusedAs('backup-invalid', /another manufacturer/),
  );
  await restoreAtPort(hsm, file, { shares: [second, first] }, roots);
  await isRestored(hsm);
});

test('a restored cluster keeps its recovery holders', async () => {
  const file = await exported();
  await using elsewhere = await emptyWorld();
  const hsm = await elsewhere.addHsm();
  await restoreAtPort(hsm, file, { shares }, [world.manufacturer.certificate]);
  const connection = await connectHsm(hsm.address, { trustAnchor: world.trustAnchor });
  const login = { username: 'admin', role: 'admin', password: ADMIN_PASSWORD } as const;
  await connection.call('login', login);
  const { recovery, guarded } = await connection.call('describeRecovery', {});
  assert.deepEqual([recovery?.keyId, guarded], [issued?.keyId, false]);
  await connection.call('exportBackup', {});
  connection.close();
});

test('an export with a passphrase needs the passphrase besides the shares', async () => {
  const file = await exported(PASSPHRASE);
  await using elsewhere = await emptyWorld();
  const hsm = await elsewhere.addHsm();
  const roots = [world.manufacturer.certificate];
  await assert.rejects(
    restoreAtPort(hsm, file, { shares }, roots),
    refusedAs('backup-invalid', /passphrase/),
  );
  await assert.rejects(
    restoreAtPort(hsm, file, { passphrase: PASSPHRASE }, roots),
    refusedAs('backup-invalid', /share/),
  );
  await assert.rejects(
    restoreAtPort(hsm, file, { shares, passphrase: 'wrong horse battery staple' }, roots),
    refusedAs('backup-invalid'),
  );
  await restoreAtPort(hsm, file, { shares, passphrase: PASSPHRASE }, roots);
  await isRestored(hsm);
});

test('checking a backup proves it intact and changes nothing', async () => {
  const file = await exported(PASSPHRASE);
  const check = async (bytes: Buffer, passphrase = PASSPHRASE): Promise<unknown> => {
    await upload(bytes, (input) => admin.call('writeBackup', input), 512 * 1024);
    return admin.call('checkBackup', { passphrase });
  };
  const facts = (await check(file)) as { keyCount: number; userCount: number; related: boolean };
  assert.deepEqual([facts.keyCount, facts.userCount, facts.related], [1, 3, true]);
  await assert.rejects(check(tampered(file, file.length - 1)), refusedAs('backup-invalid'));
  await assert.rejects(check(file, 'another passphrase'), refusedAs('backup-invalid'));
});

test('a restore permit expires, and the next one replaces it', async () => {
  await using other = await emptyWorld();
  const hsm = await other.addHsm();
  const connection = await connectUnclaimed(hsm);
  const write = (permit: Buffer): Promise<unknown> =>
    connection.call('writeBackup', { offset: 0, bytes: aad, permit });
  const first = await permitRestore(hsm.control);
  await write(first);
  const second = await permitRestore(hsm.control);
  await assert.rejects(write(first), refusedAs('not-permitted', /AuthorizeRestore/));
  await write(second);
  other.clock.advance(600_001);
  await assert.rejects(write(second), refusedAs('not-permitted'));
  connection.close();
});

test('recovery holders are rejected unless each has a name and key of their own', async () => {
  await using other = await emptyWorld();
  await other.addHsm();
  const [anna, ben] = holders.order.holders;
  assert.ok(anna && ben);
  const cases = [
    { holders: [anna, ben], threshold: 3 },
    { holders: [], threshold: 1 },
    { holders: [anna, { ...ben, publicKey: anna.publicKey }], threshold: 2 },
    { holders: [anna, { ...ben, name: 'ANNA' }], threshold: 2 },
    { holders: [{ ...anna, name: '../anna' }], threshold: 1 },
    { holders: [{ ...anna, publicKey: 'no key' }], threshold: 1 },
  ];
  let claimed = false;
  for (const recovery of cases) {
    const attempt = claimed
      ? other
          .connect()
          .then((connection) => connection.call('activate', { password: ADMIN_PASSWORD, recovery }))
      : other.claim({ recovery });
    claimed = true;
    await assert.rejects(attempt, refusedAs('invalid-argument', /recovery/));
  }
  const connection = await other.connect();
  await assert.rejects(
    connection.call('activate', { password: ADMIN_PASSWORD, guarded: true }),
    refusedAs('invalid-argument', /recovery holders/),
  );
  await connection.call('activate', { password: ADMIN_PASSWORD });
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
