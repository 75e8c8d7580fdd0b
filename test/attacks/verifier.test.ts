/**
 * Attacks on what an auditor verifies, by an attacker that can write the files of an audit trail or
 * of an HSM's log: `keyhold audit verify` and `keyhold hsm audit verify` as processes.
 */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CreateKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { chainHash } from '../../src/crypto/index.ts';
import { auditFields, type AuditEntry } from '../../src/hsm/wire/index.ts';
import { chainedLine, nextHead, parseLine, type ChainHead } from '../../src/audit/chain.ts';
import { asAdmin, ownCluster, type OwnCluster } from '../support/own-cluster.ts';
import { keyhold, type Outcome } from '../support/keyhold-cli.ts';
import { startWorld, type World } from '../support/world.ts';

const base = mkdtempSync(join(tmpdir(), 'keyhold-verifier-'));
after(() => rmSync(base, { recursive: true, force: true }));

/** Cuts a trail after an event, and continues it with a forged one. */
function cutAndRechain(data: string, keep: number): void {
  const path = join(data, 'audit', 'trail.ndjson');
  const kept = readFileSync(path, 'utf8').split('\n').slice(0, keep);
  const last = parseLine(kept.at(-1) ?? '');
  assert.ok(last);
  const head: ChainHead = last;
  const forged = last.event.replace(/"eventName":"[^"]*"/, '"eventName":"NothingHappened"');
  writeFileSync(path, `${kept.join('\n')}\n${chainedLine(forged, nextHead(head, forged))}`);
}

/** Removes the checkpoints that cover events after this one. */
function cutCheckpoints(data: string, keep: number): void {
  const path = join(data, 'audit', 'checkpoints.ndjson');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const kept = lines.filter((line) => (JSON.parse(line) as { sequence: number }).sequence <= keep);
  assert.ok(kept.length > 0 && kept.length < lines.length);
  writeFileSync(path, `${kept.join('\n')}\n`);
}

describe('an attacker that can write the audit trail', () => {
  let world: World;
  let other: World;
  /** An auditor's copy of the trail: 3 calls, a stop, and 3 more calls. */
  const original = join(base, 'original');
  let cutAt = 0;

  before(async () => {
    world = await startWorld();
    for (let n = 0; n < 3; n += 1) await world.kms.send(new CreateKeyCommand({}));
    await world.stop();
    cutAt = readFileSync(join(world.data, 'audit', 'trail.ndjson'), 'utf8').split('\n').length - 1;
    await world.start();
    for (let n = 0; n < 3; n += 1) await world.kms.send(new ListKeysCommand({}));
    await world.stop();
    cpSync(join(world.data, 'audit'), join(original, 'audit'), { recursive: true });
    other = await startWorld();
    await other.kms.send(new CreateKeyCommand({}));
    await other.stop();
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  let auditors = 0;
  /** An auditor with an own configuration folder and copy of the trail. */
  function auditor() {
    const home = join(base, `auditor-${(auditors += 1)}`);
    const data = join(home, 'copy');
    cpSync(original, data, { recursive: true });
    return {
      data,
      verify: (...args: string[]): Promise<Outcome> =>
        keyhold(['audit', 'verify', '--data', data, ...args], {
          PATH: process.env['PATH'],
          HOME: home,
        }),
    };
  }

  it('is noticed after cutting the last hour and chaining other events to it, by an auditor that verified before', async () => {
    const { data, verify } = auditor();
    const first = await verify();
    assert.equal(first.code, 0, first.stdout);
    cutAndRechain(data, cutAt);
    cutCheckpoints(data, cutAt);
    const { code, stdout } = await verify();
    assert.equal(code, 1, stdout);
    assert.match(stdout, /was changed, or is not complete/);
    assert.match(stdout, /events \d+ to \d+ are missing at the end/);
    assert.match(stdout, /--forget/);
  });

  it('can replace only events that a first verification does not vouch for', async () => {
    const { data, verify } = auditor();
    cutAndRechain(data, cutAt);
    assert.match((await verify()).stdout, /events \d+ to \d+ are missing at the end/);
    cutCheckpoints(data, cutAt);
    const { stdout } = await verify();
    assert.match(
      stdout,
      new RegExp(`Vouched for: +events 1 to ${cutAt}, by the checkpoint of \\d{4}-`),
    );
    assert.match(
      stdout,
      new RegExp(`Not vouched for: +events ${cutAt + 1} to ${cutAt + 1}, and any later ones`),
    );
    assert.doesNotMatch(stdout, /intact|whole|complete\b/);
  });

  it('is noticed after rewriting the whole trail under another key', async () => {
    const { data, verify } = auditor();
    const first = await verify();
    assert.match(first.stdout, /NOT compared, remembered from now on/);
    rmSync(join(data, 'audit'), { recursive: true });
    cpSync(join(other.data, 'audit'), join(data, 'audit'), { recursive: true });
    const { code, stdout } = await verify();
    assert.equal(code, 1, stdout);
    assert.match(stdout, /signed by another key/);
    const again = await verify('--forget');
    assert.equal(again.code, 0, again.stdout);
    assert.match((await verify()).stdout, /compared with the remembered key/);
  });

  it('is noticed by an auditor that verifies with the key that Keyhold logs when it starts', async () => {
    const { data, verify } = auditor();
    const [, logged = ''] =
      /"key":"([0-9a-f]{64})","msg":"this key signs the checkpoints/.exec(
        readFileSync(join(world.data, 'keyhold.log'), 'utf8'),
      ) ?? [];
    assert.equal((await verify('--key', logged)).code, 0);
    rmSync(join(data, 'audit'), { recursive: true });
    cpSync(join(other.data, 'audit'), join(data, 'audit'), { recursive: true });
    assert.equal((await verify('--key', logged, '--forget')).code, 1);
  });
});

describe('an attacker that can add bytes to the files of a trail', () => {
  const FORGED = '{"eventName":"DeleteAlias","userIdentity":{"userName":"ana"}}';
  let world: World;
  before(async () => {
    world = await startWorld();
    // Part of the first event: a character that invalid bytes are read as.
    await world.kms.send(new CreateKeyCommand({ Description: '\uFFFD' }));
    await world.stop();
  });
  after(() => world[Symbol.asyncDispose]());

  /** Verifies a copy of the trail whose files were changed. */
  async function verifyChanged(change: (folder: string) => void): Promise<Outcome> {
    const home = mkdtempSync(join(base, 'changed-'));
    const data = join(home, 'copy');
    cpSync(join(world.data, 'audit'), join(data, 'audit'), { recursive: true });
    change(join(data, 'audit'));
    return keyhold(['audit', 'verify', '--data', data], { PATH: process.env['PATH'], HOME: home });
  }

  it('cannot add an event without a line break to a full file', async () => {
    const { code, stdout } = await verifyChanged((folder) => {
      const trail = join(folder, 'trail.ndjson');
      const text = readFileSync(trail, 'utf8');
      rmSync(trail);
      const end = text.lastIndexOf('\n', text.length - 2) + 1;
      writeFileSync(join(folder, 'trail-000000000001.ndjson'), text.slice(0, end) + FORGED);
      writeFileSync(trail, text.slice(end));
    });
    assert.equal(code, 1, stdout);
    assert.match(stdout, new RegExp(`000001\\.ndjson: ${FORGED.length} bytes after the last line`));
  });

  it('is not vouched for with an event without a line break in the current file', async () => {
    const { stdout } = await verifyChanged((folder) =>
      appendFileSync(join(folder, 'trail.ndjson'), FORGED),
    );
    assert.match(
      stdout,
      new RegExp(`Not vouched for: .*, and ${FORGED.length} bytes after the last line`),
    );
  });

  it('cannot replace a character by bytes that are not UTF-8', async () => {
    const { code, stdout } = await verifyChanged((folder) => {
      const trail = join(folder, 'trail.ndjson');
      const bytes = readFileSync(trail);
      const at = bytes.indexOf('\uFFFD');
      assert.ok(at > 0);
      writeFileSync(trail, bytes.fill(Buffer.from([0xf0, 0x9f, 0x98]), at, at + 3));
    });
    assert.equal(code, 1, stdout);
    assert.match(stdout, /line \d+: is not an event of the trail/);
  });
});

describe('an attacker that can write an exported HSM log', () => {
  let world: World;
  let cluster: OwnCluster;
  before(async () => {
    world = await startWorld();
    cluster = await ownCluster(world, { zones: ['a'] });
  });
  after(() => world[Symbol.asyncDispose]());

  const nonce = '0123456789abcdef0123456789abcdef';

  /** Exports the log and returns its lines. */
  async function exported(...args: string[]): Promise<string[]> {
    const target = ['--cluster-id', cluster.clusterId, '--ca-file', cluster.caFile];
    const { code, stdout, stderr } = await keyhold(['hsm', 'audit', 'export', ...target, ...args], {
      ...world.environment(),
      CLOUDHSM_ROLE: asAdmin.role,
      CLOUDHSM_PIN: asAdmin.pin,
    });
    assert.equal(code, 0, stderr);
    return stdout.trimEnd().split('\n');
  }

  function verify(lines: readonly string[], ...args: string[]): Promise<unknown> {
    const file = join(base, 'audit.ndjson');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const root = join(world.data, 'certificates', 'manufacturer-root.crt');
    return cluster.hsm(['audit', 'verify', '--file', file, '--manufacturer-root', root, ...args]);
  }

  it('cannot cut it for a verifier that chose a nonce, and is not vouched for by others', async () => {
    const old = await exported();
    for (let n = 0; n < 5; n += 1) await cluster.hsm(['audit', 'policy'], asAdmin);
    const lines = await exported('--nonce', nonce);
    assert.ok(lines.length > old.length + 5);
    const { logs } = (await verify(lines, '--nonce', nonce)) as {
      logs: readonly Record<string, unknown>[];
    };
    assert.deepEqual(
      logs.map((log) => [log['records'], log['answers-nonce']]),
      [[lines.length - 1, true]],
    );
    const cut = lines.slice(0, old.length);
    await assert.rejects(
      verify(cut, '--nonce', nonce),
      new RegExp(`or was cut. It is complete only up to record ${old.length - 3}, signed at 20`),
    );
    const { logs: unsure } = (await verify(cut)) as { logs: readonly Record<string, unknown>[] };
    assert.deepEqual(
      unsure.map((log) => [log['answers-nonce'], log['vouched-for'], log['not-vouched-for']]),
      [
        [
          false,
          `the first ${old.length - 2} records, unchanged and complete`,
          `records after the first ${old.length - 2}, in the file or cut from it`,
        ],
      ],
    );
  });

  it('cannot make an old log look new, or its HSM look like another', async () => {
    const lines = await exported();
    const last = lines.length - 1;
    const entry = (at: number) => JSON.parse(lines[at] ?? '') as AuditEntry & { hsmId: string };
    const { time, ...rest } = entry(last);
    const future = { ...rest, time: time + 86_400_000, username: 'carol' };
    const hash = chainHash(entry(last - 1).hash, auditFields(future));
    const { logs } = (await verify(lines.with(last, JSON.stringify({ ...future, hash })))) as {
      logs: readonly Record<string, unknown>[];
    };
    assert.deepEqual(
      logs.map((log) => [log['signed-records'], log['signed-at']]),
      [[lines.length - 2, new Date(entry(last - 1).time).toISOString()]],
    );
    const [header = ''] = lines;
    const identity = JSON.parse(header) as { serialNumber: string };
    await assert.rejects(
      verify(lines.with(0, JSON.stringify({ ...identity, serialNumber: 'HSM-OF-ANOTHER' }))),
      /not certified as HSM-OF-ANOTHER/,
    );
  });

  it('cannot add what the HSM did not sign to its records', async () => {
    const lines = await exported();
    const [, record = ''] = lines;
    for (const changed of [
      record.replace('{', '{"approvedBy":"carol",'),
      record.replace('{', '{"opcode":"CN_DESTROY_OBJECT",'),
      record.replace('{', '{"session":1e999,'),
      record.replace('{', '{ '),
      record.replace('"success"', '"\\u0073uccess"'),
    ]) {
      assert.notEqual(changed, record);
      await assert.rejects(
        verify(lines.with(1, changed)),
        /line 2 is not as the HSM exported it|line 2 is not an audit record/,
      );
    }
  });
});
