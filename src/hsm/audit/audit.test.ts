import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { verifyAudit, type AuditTrust, type VerifiedLog } from '../../cli/hsm/verify-audit.ts';
import { until } from '../../../test/support/until.ts';
import {
  auditLines,
  hsmWorld,
  refusedAs,
  type WorldHsm,
} from '../../../test/support/hsm/hsm-world.ts';
import { CHECKPOINT, type AuditEntry } from '../wire/index.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const admin = await world.login('admin', 'admin');
const alice = await world.login('alice');
const auditor = await world.login('eve', 'auditor');
const trust: AuditTrust = { manufacturerRoot: world.manufacturer.certificate };
const aad = Buffer.alloc(0);

const exported = async (hsm?: WorldHsm): Promise<string[]> =>
  auditLines(hsm === undefined ? auditor : await world.login('eve', 'auditor', hsm));

async function verify(lines: readonly string[], by = trust, nonce?: string): Promise<VerifiedLog> {
  const [log] = await verifyAudit(
    (async function* each() {
      yield* lines;
    })(),
    by,
    nonce,
  );
  assert.ok(log);
  return log;
}

async function recordsOf(hsm?: WorldHsm): Promise<readonly AuditEntry[]> {
  const reader = hsm === undefined ? auditor : await world.login('eve', 'auditor', hsm);
  return (await reader.call('readAudit', { from: 0, limit: 1_000 })).records;
}

test('an exported log is verified offline, with the manufacturer’s root or with the HSM’s own key', async () => {
  const lines = await exported();
  const { records, signedRecords } = await verify(lines);
  assert.equal(records, lines.length - 1);
  assert.equal(
    signedRecords,
    records - 1,
    'the export begins with a checkpoint of all earlier entries',
  );
  const { publicKey } = JSON.parse(lines[0] ?? '') as { publicKey: string };
  await verify(lines, { publicKey });
});

test('an exported log in which an entry was changed, removed, moved, added or signed with another key is rejected', async () => {
  const lines = await exported();
  const changed = (at: number, change: (record: Record<string, unknown>) => object): string[] =>
    lines.with(at, JSON.stringify(change(JSON.parse(lines[at] ?? '') as Record<string, unknown>)));
  const last = lines.length - 1;
  const cases: readonly [readonly string[], RegExp][] = [
    [changed(4, (record) => ({ ...record, username: 'mallory' })), /record 3 .* was changed/],
    [changed(4, (record) => ({ ...record, time: 0 })), /was changed/],
    [lines.toSpliced(3, 1), /missing/],
    [[...lines.slice(0, 3), lines[4] ?? '', lines[3] ?? '', ...lines.slice(5)], /missing/],
    [[...lines, lines[last] ?? ''], /missing/],
    [lines.slice(0, last), /not signed/],
    [changed(last, (record) => ({ ...record, detail: 'AAAA' })), /was changed/],
    [
      changed(0, (identity) => ({ ...identity, hsmId: 'hsm-zzzzzzzzzzz' })),
      /has no identity header/,
    ],
    [lines.slice(1), /has no identity header/],
    [[], /no audit log/],
    [['nonsense'], /not an audit record/],
  ];
  for (const [given, reason] of cases) {
    await assert.rejects(verify(given), reason);
  }
  const [other] = await exported(world.hsms[1]);
  await assert.rejects(
    verify([(other ?? '').replaceAll('hsm-bbbbbbbbbbb', 'hsm-aaaaaaaaaaa'), ...lines.slice(1)]),
    /signature/,
  );
  await using stranger = await hsmWorld(1);
  await assert.rejects(
    verify(lines, { manufacturerRoot: stranger.manufacturer.certificate }),
    /is not trusted/,
  );
});

test('an exported log answers the nonce of its verifier only if it is complete up to the export', async () => {
  const nonce = 'a nonce that was chosen at random'.replaceAll(' ', '-');
  const before = await exported();
  await assert.rejects(
    auditor.call('checkpointAudit', { nonce: 'short' }),
    refusedAs('malformed-request'),
  );
  const lines = await auditLines(auditor, nonce);
  const { answersNonce, records, signedRecords } = await verify(lines, trust, nonce);
  assert.deepEqual([answersNonce, signedRecords], [true, records - 1]);
  assert.equal((await verify(lines)).answersNonce, false, 'without the nonce');
  await assert.rejects(verify(before, trust, nonce), /does not answer the nonce.* or was cut/);
  await assert.rejects(verify(lines.slice(0, -1), trust, nonce), /does not answer the nonce/);
  await assert.rejects(verify(lines, trust, `${nonce}-2`), /does not answer the nonce/);
  await assert.rejects(verify([...lines, ...before]), /contains the log of \S+ twice/);
});

test('the log is signed automatically after many entries, after some time, and when the HSM stops', async () => {
  const signatures = async (): Promise<number> =>
    (await recordsOf(world.hsms[1])).filter(({ opcode }) => opcode === CHECKPOINT).length;
  const before = await signatures();
  const user = await world.login('alice', 'crypto-user', world.hsms[1]);
  for (let made = 0; made < 260; made += 1)
    await user.call('generateKey', { keyType: 'aes', length: 16, template: { token: false } });
  assert.ok((await signatures()) > before);
  await world.hsms[1]?.stop();
  await world.hsms[1]?.start();
  const records = await recordsOf(world.hsms[1]);
  const stop = records.findLast(({ opcode }) => opcode === CHECKPOINT);
  assert.ok(
    stop && stop.sequence >= records.length - 3,
    'only the new login may follow the last checkpoint',
  );
  await world.linked();
});

test('operations on users, keys and nodes are in the logs of all HSMs, with the user in that of the HSM that executed them', async () => {
  const { handle } = await alice.call('generateKey', { keyType: 'aes', length: 32, template: {} });
  await alice.call('destroyKey', { handle });
  const done = (records: readonly AuditEntry[]): string[] =>
    records
      .filter(({ keyHandle }) => keyHandle === handle)
      .map(({ opcode, username = '-' }) => `${opcode} ${username}`);
  assert.deepEqual(done(await recordsOf()), ['CN_GENERATE_KEY alice', 'CN_TOMBSTONE_OBJECT alice']);
  await until('the other HSM knows', async () => done(await recordsOf(world.hsms[1])).length === 2);
  assert.deepEqual(done(await recordsOf(world.hsms[1])), [
    'CN_INSERT_MASKED_OBJECT_USER -',
    'CN_TOMBSTONE_OBJECT -',
  ]);
  await world.first.control.call('setPeers', { peers: [] });
  const opcodes = (await recordsOf()).map(({ opcode, detail }) => `${opcode} ${detail ?? ''}`);
  assert.ok(
    opcodes.includes('KH_NODE_ADDED hsm-bbbbbbbbbbb') &&
      opcodes.includes('KH_NODE_REMOVED hsm-bbbbbbbbbbb'),
  );
  const other = world.hsms[1];
  assert.ok(other);
  await world.first.control.call('setPeers', { peers: [other.address] });
  await world.linked();
});

test('rejected commands are recorded with their error code', async () => {
  await assert.rejects(
    admin.call('deleteUser', { username: 'admin', role: 'admin' }),
    refusedAs('last-admin'),
  );
  const last = (await recordsOf()).findLast(({ opcode }) => opcode === 'CN_DELETE_USER');
  assert.deepEqual([last?.response, last?.username], ['last-admin', 'admin']);
});

test('uses of keys are recorded only if the owner enables it, and then before their answer is sent', async () => {
  const { handle } = await alice.call('generateKey', {
    keyType: 'aes',
    length: 32,
    template: { encrypt: true, decrypt: true },
  });
  const uses = async (): Promise<string[]> =>
    (await recordsOf())
      .filter(({ opcode }) => opcode === 'KH_USE_KEY')
      .map(({ detail, response, keyHandle }) => `${detail} ${response} ${keyHandle}`);
  const { ciphertext } = await alice.call('encrypt', { key: handle, plaintext: aad, aad });
  assert.deepEqual(await uses(), []);
  await admin.call('setAuditPolicy', { cryptography: true });
  assert.equal((await auditor.call('getAuditPolicy', {})).cryptography, true);
  await alice.call('encrypt', { key: handle, plaintext: aad, aad });
  await assert.rejects(
    alice.call('decrypt', { key: handle, ciphertext, aad: Buffer.from('x') }),
    refusedAs('ciphertext-invalid'),
  );
  assert.deepEqual(await uses(), [
    `encrypt success ${handle}`,
    `decrypt ciphertext-invalid ${handle}`,
  ]);
  await admin.call('setAuditPolicy', { cryptography: false });
  await alice.call('encrypt', { key: handle, plaintext: aad, aad });
  assert.equal((await uses()).length, 2);
  await verify(await exported());
});
