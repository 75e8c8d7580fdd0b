import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { until } from '../../test/support/until.ts';
import { silentLogger } from '../base/index.ts';
import { makeKeyPair } from '../crypto/index.ts';
import {
  AuditQueueFullError,
  cloudTrailServiceEvent,
  openAuditTrail,
  startAuditUpkeep,
  verifyTrail,
  type AuditEvent,
  type AuditTrail,
  type AuditTrailOptions,
  type ChainHead,
  type KeptHead,
  type VouchedHead,
} from './index.ts';

const base = mkdtempSync(join(tmpdir(), 'keyhold-audit-'));
after(() => rmSync(base, { recursive: true, force: true }));
let folders = 0;
const newFolder = (): string => join(base, `${(folders += 1)}`);

function event(eventName: string, time = 0): AuditEvent {
  return cloudTrailServiceEvent({
    time,
    eventSource: 'kms.amazonaws.com',
    eventName,
    region: 'us-east-1',
    account: '111122223333',
  });
}

/** Problems of a trail whose upkeep was never started. */
const UNSIGNED = ['no checkpoint vouches for any event'];

const files = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('trail'));

/**
 * Returns the event name of each line of the trail's files, in order. All lines must be complete.
 */
function names(folder: string): unknown[] {
  const closed = files(folder).filter((name) => name !== 'trail.ndjson');
  return [...closed, 'trail.ndjson'].flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    assert.ok(text === '' || text.endsWith('\n'));
    return text
      .split('\n')
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line).eventName);
  });
}

async function filled(
  folder: string,
  events: readonly string[],
  options: AuditTrailOptions = {},
): Promise<void> {
  const trail = await openAuditTrail(folder, options);
  for (const name of events) await trail.record(event(name));
  await trail.close();
}

describe('the audit trail', () => {
  for (const durable of [false, true]) {
    it(`has an event in the file when record resolves, in the order of recording (durable: ${durable})`, async () => {
      const folder = newFolder();
      const trail = await openAuditTrail(folder);
      await trail.record(event('one'), { durable });
      assert.deepEqual(names(folder), ['one']);
      await Promise.all(['two', 'three'].map((name) => trail.record(event(name), { durable })));
      assert.deepEqual(names(folder), ['one', 'two', 'three']);
      const last = trail.record(event('four'), { durable });
      await trail.close();
      await last;
      assert.deepEqual(names(folder), ['one', 'two', 'three', 'four']);
      await assert.rejects(trail.record(event('five')), /closed/);
    });
  }

  it('appends to an existing file, and is readable by its owner only', async () => {
    const folder = newFolder();
    for (const name of ['one', 'two']) await filled(folder, [name]);
    assert.deepEqual(names(folder), ['one', 'two']);
    assert.equal(statSync(join(folder, 'trail.ndjson')).mode & 0o777, 0o600);
  });

  for (const length of [10, 200_000]) {
    it(`removes a torn last line of ${length} bytes`, async () => {
      const folder = newFolder();
      await filled(folder, ['whole']);
      appendFileSync(join(folder, 'trail.ndjson'), `{"eventName":"${'x'.repeat(length)}`);
      await filled(folder, ['next']);
      assert.deepEqual(names(folder), ['whole', 'next']);
      assert.deepEqual((await verifyTrail(folder)).problems, UNSIGNED);
    });
  }

  it('rejects events beyond its queue limit, and accepts them again afterwards', async () => {
    const folder = newFolder();
    const trail = await openAuditTrail(folder, { maxWaiting: 2 });
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) => trail.record(event(name))),
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
    await assert.rejects(
      Promise.all(['d', 'e', 'f'].map((name) => trail.record(event(name)))),
      AuditQueueFullError,
    );
    await trail.close();
    assert.deepEqual(names(folder), ['a', 'b', 'd', 'e']);
  });

  it('keeps every event that was acknowledged before kill -9', async () => {
    const folder = newFolder();
    const script = `
      import { openAuditTrail } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      import { writeSync } from 'node:fs';
      const trail = await openAuditTrail(process.argv[1], { maxFileBytes: 10_000 });
      for (let n = 0; ; n += 1) {
        await trail.record({ eventName: String(n) });
        writeSync(1, n + '\\n');
      }`;
    const writer = spawn(process.execPath, ['--input-type=module', '--eval', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(writer, 'exit');
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 500) writer.kill('SIGKILL');
    }
    await exited;
    await (await openAuditTrail(folder)).close();
    const kept = new Set(names(folder));
    assert.ok(acknowledged.length >= 500);
    assert.ok(acknowledged.every((name) => kept.has(name)));
    assert.deepEqual((await verifyTrail(folder)).problems, UNSIGNED);
  });

  it('begins another file when one is full, and continues after a restart', async () => {
    const folder = newFolder();
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await filled(folder, [name], { maxFileBytes: 1000 });
    assert.deepEqual(names(folder), ['a', 'b', 'c', 'd', 'e']);
    assert.ok(files(folder).length > 2);
    const report = await verifyTrail(folder);
    assert.deepEqual(
      [report.events, report.first, report.head.sequence, report.problems],
      [5, 1, 5, UNSIGNED],
    );
  });

  it('does not open a file that is not a trail', async () => {
    const folder = newFolder();
    await filled(folder, ['a']);
    writeFileSync(join(folder, 'trail.ndjson'), '{"eventName":"x"}\n');
    await assert.rejects(openAuditTrail(folder), /is not an audit trail/);
  });
});

describe('lookup of events', () => {
  async function found(
    trail: AuditTrail,
    matches: (event: AuditEvent) => boolean,
    limit = 10,
    notBefore?: string,
  ): Promise<string[]> {
    const pages: string[] = [];
    let page = await trail.lookup({
      matches,
      limit,
      ...(notBefore !== undefined && { notBefore }),
    });
    for (;;) {
      pages.push(page.events.map((one) => one.event.eventName).join());
      if (!page.next) return pages;
      page = await trail.lookup({
        matches,
        limit,
        from: page.next,
        ...(notBefore !== undefined && { notBefore }),
      });
    }
  }

  it('finds the newest first, page by page, across all files', async () => {
    const trail = await openAuditTrail(newFolder(), { maxFileBytes: 1500 });
    for (let n = 1; n <= 9; n += 1) await trail.record(event(`e${n}`, n * 1000));
    assert.deepEqual(await found(trail, () => true, 4), ['e9,e8,e7,e6', 'e5,e4,e3,e2', 'e1']);
    assert.deepEqual(await found(trail, ({ eventName }) => eventName > 'e6'), ['e9,e8,e7']);
    assert.deepEqual(await found(trail, () => true, 10, '1970-01-01T00:00:08Z'), ['e9,e8']);
    await trail.close();
  });

  it('continues where a page ended, after events and files were added', async () => {
    const trail = await openAuditTrail(newFolder(), { maxFileBytes: 1500 });
    for (const name of ['a', 'b', 'c']) await trail.record(event(name));
    const first = await trail.lookup({ matches: () => true, limit: 2 });
    for (const name of ['d', 'e', 'f', 'g']) await trail.record(event(name));
    assert.ok(first.next);
    const rest = await trail.lookup({ matches: () => true, limit: 9, from: first.next });
    assert.deepEqual(
      [...first.events, ...rest.events].map((one) => one.event.eventName),
      ['c', 'b', 'a'],
    );
    await trail.close();
  });
});

describe('concurrent lookups', () => {
  it('are rejected beyond a limit, and served afterwards', async () => {
    const trail = await openAuditTrail(newFolder());
    await trail.record(event('a'));
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, () => trail.lookup({ matches: () => true, limit: 1 })),
    );
    assert.deepEqual(
      all.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
    );
    assert.equal((await trail.lookup({ matches: () => true, limit: 1 })).events.length, 1);
    await trail.close();
  });
});

describe('verification of a trail', () => {
  const keys = makeKeyPair();
  let now = 0;
  const clock = { now: () => now };

  function keptHead(): KeptHead {
    let kept: VouchedHead | undefined;
    return {
      load: async () => kept,
      async save(head) {
        kept = head;
      },
    };
  }

  /** Creates a trail of five events in several files, with a checkpoint after each. */
  async function checkpointedTrail(lastHead = keptHead()): Promise<string> {
    const folder = newFolder();
    const trail = await openAuditTrail(folder, { maxFileBytes: 1000 });
    await (
      await startAuditUpkeep({ folder, trail, keys, lastHead, clock, log: silentLogger })
    ).close();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await trail.record(event(name, (now += 1000)));
      await (
        await startAuditUpkeep({ folder, trail, keys, lastHead, clock, log: silentLogger })
      ).close();
    }
    await trail.close();
    return folder;
  }
  const change = (folder: string, name: string, how: (text: string) => string): void => {
    const path = join(folder, name);
    writeFileSync(path, how(readFileSync(path, 'utf8')));
  };

  it('finds no problem in an intact trail', async () => {
    const report = await verifyTrail(await checkpointedTrail());
    assert.deepEqual(
      [report.events, report.vouched, report.keys.length, report.problems],
      [5, { from: 1, to: 5, at: new Date(now).toISOString() }, 1, []],
    );
  });

  it('finds events that were changed, removed or inserted', async () => {
    const cases: [string, string, (text: string) => string, RegExp][] = [
      [
        'a changed event',
        'trail-000000000001.ndjson',
        (text) => text.replace('"a"', '"z"'),
        /event 1 or an earlier one was changed/,
      ],
      [
        'a missing event',
        'trail-000000000001.ndjson',
        (text) => text.split('\n').slice(1).join('\n'),
        /events before 2 are missing/,
      ],
      [
        'a missing event in between',
        'trail-000000000003.ndjson',
        () => '',
        /expected event 3, found event 5/,
      ],
      [
        'an event twice',
        'trail-000000000001.ndjson',
        (text) => text + text,
        /expected event 3, found event 1/,
      ],
      [
        'a foreign line',
        'trail-000000000001.ndjson',
        (text) => `${text}{"eventName":"x"}\n`,
        /is not an event of the trail/,
      ],
      [
        'a changed checkpoint',
        'checkpoints.ndjson',
        (text) => text.replace('"sequence":3', '"sequence":2'),
        /is not signed, or was changed/,
      ],
    ];
    for (const [what, name, how, problem] of cases) {
      const folder = await checkpointedTrail();
      change(folder, name, how);
      assert.match((await verifyTrail(folder)).problems.join('\n'), problem, what);
    }
  });

  it('finds a truncated end, and a rewritten trail', async () => {
    const cut = await checkpointedTrail();
    const last =
      files(cut)
        .filter((name) => name !== 'trail.ndjson')
        .at(-1) ?? '';
    change(cut, last, () => '');
    change(cut, 'trail.ndjson', () => '');
    assert.match(
      (await verifyTrail(cut)).problems.join('\n'),
      /events \d to 5 are missing at the end/,
    );

    const rewritten = await checkpointedTrail();
    for (const name of files(rewritten)) rmSync(join(rewritten, name));
    await filled(rewritten, ['v', 'w', 'x', 'y', 'z']);
    assert.match(
      (await verifyTrail(rewritten)).problems.join('\n'),
      /event 1 is not the one that a checkpoint signed/,
    );
  });

  it('reports a trail that was rewritten while it was closed, although new checkpoints sign it', async () => {
    for (const known of [true, false]) {
      const lastHead = keptHead();
      const folder = await checkpointedTrail(lastHead);
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      await filled(folder, ['v', 'w', 'x', 'y', 'z', 'more']);
      const trail = await openAuditTrail(folder);
      const upkeep = await startAuditUpkeep({
        folder,
        trail,
        keys,
        lastHead: known ? lastHead : keptHead(),
        clock,
        log: silentLogger,
      });
      await trail.record(event('later'));
      await upkeep.close();
      await trail.close();
      assert.match(
        (await verifyTrail(folder)).problems.join('\n'),
        /the trail did not continue from its last checkpoint/,
      );
    }
  });

  it('signs every event within a minute', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const folder = newFolder();
    const trail = await openAuditTrail(folder);
    const lastHead = keptHead();
    const upkeep = await startAuditUpkeep({
      folder,
      trail,
      keys,
      lastHead,
      clock,
      log: silentLogger,
    });
    for (let minute = 1; minute <= 3; minute += 1) {
      for (let second = 0; second < 60; second += 5) {
        await trail.record(event('load', now));
        now += 5_000;
        context.mock.timers.tick(5_000);
      }
      const events = minute * 12;
      await until('a checkpoint of the last minute', async () => {
        const { to = 0, at = '' } = (await verifyTrail(folder)).vouched ?? {};
        return to > events - 12 && Date.parse(at) > now - 60_000;
      });
    }
    await upkeep.close();
    await trail.close();
  });

  it('reports a change that Keyhold found, although the checkpoint that says so was removed', async () => {
    const lastHead = keptHead();
    const folder = await checkpointedTrail(lastHead);
    for (const name of files(folder)) rmSync(join(folder, name));
    await filled(folder, ['v', 'w', 'x', 'y', 'z', 'more']);
    for (const name of ['later', 'latest']) {
      const trail = await openAuditTrail(folder);
      const upkeep = await startAuditUpkeep({
        folder,
        trail,
        keys,
        lastHead,
        clock,
        log: silentLogger,
      });
      await trail.record(event(name, now));
      await upkeep.close();
      await trail.close();
    }
    change(folder, 'checkpoints.ndjson', (text) => `${text.split('\n').at(-2)}\n`);
    const report = await verifyTrail(folder);
    assert.deepEqual(
      [report.checkpoints, report.vouched?.from, report.vouched?.to],
      [1, 7, 8],
      'only what was recorded after the change was found',
    );
    assert.match(report.problems.join(), /does not vouch for events 1 to 6: it found them changed/);
  });

  it('reports events that continue for minutes after the last checkpoint', async () => {
    const lastHead = keptHead();
    const folder = await checkpointedTrail(lastHead);
    const trail = await openAuditTrail(folder);
    await trail.record(event('soon', now + 60_000));
    assert.deepEqual((await verifyTrail(folder)).problems, []);
    await trail.record(event('later', now + 3_600_000));
    await trail.close();
    assert.match(
      (await verifyTrail(folder)).problems.join(),
      /^events 6 to 7 continue for 60 minutes after the last checkpoint/,
    );
  });

  it('covers events after the last checkpoint of a run that was killed', async () => {
    const lastHead = keptHead();
    const folder = await checkpointedTrail(lastHead);
    await filled(folder, ['f', 'g', 'h', 'i'], { maxFileBytes: 1000 });
    const trail = await openAuditTrail(folder);
    await (
      await startAuditUpkeep({ folder, trail, keys, lastHead, clock, log: silentLogger })
    ).close();
    await trail.close();
    const report = await verifyTrail(folder);
    assert.deepEqual([report.vouched?.to, report.problems], [9, []]);
  });

  it('fails to sign a head that does not continue the one that was signed before', async () => {
    for (const next of [
      { sequence: 4, hash: 'a'.repeat(64) },
      { sequence: 5, hash: 'b'.repeat(64) },
    ]) {
      const heads: ChainHead[] = [
        { sequence: 5, hash: 'a'.repeat(64) },
        { sequence: 5, hash: 'a'.repeat(64) },
        next,
      ];
      const trail = { durableHead: async () => heads.shift() } as unknown as AuditTrail;
      const lastHead = keptHead();
      await lastHead.save({ sequence: 5, hash: 'a'.repeat(64), from: 1 });
      const errors: unknown[] = [];
      const log = { ...silentLogger, error: (context: object) => void errors.push(context) };
      const folder = newFolder();
      mkdirSync(folder);
      const upkeep = await startAuditUpkeep({ folder, trail, keys, lastHead, clock, log });
      await upkeep.close();
      assert.match(inspect(errors), /invariant violated: the chain of the audit trail only grows/);
      assert.equal((await lastHead.load())?.hash, 'a'.repeat(64));
      assert.equal((await verifyTrail(folder)).checkpoints, 1);
    }
  });

  it('accepts only the expected key, and compares the trail with a head that was kept elsewhere', async () => {
    const folder = await checkpointedTrail();
    const {
      keys: [key = ''],
      head,
    } = await verifyTrail(folder);
    assert.deepEqual((await verifyTrail(folder, { key, heads: [head] })).problems, []);
    assert.match(
      (await verifyTrail(folder, { key: '00' })).problems.join('\n'),
      /signed by another key/,
    );
    assert.match(
      (await verifyTrail(folder, { heads: [{ sequence: 9, hash: head.hash }] })).problems.join(
        '\n',
      ),
      /missing at the end/,
    );
  });

  it('succeeds after files past their retention were removed', async () => {
    const lastHead = keptHead();
    const folder = await checkpointedTrail(lastHead);
    const before = files(folder).length;
    const trail = await openAuditTrail(folder);
    await trail.record(event('f', (now += 1_000_000)));
    await (
      await startAuditUpkeep({
        folder,
        trail,
        keys,
        lastHead,
        clock,
        log: silentLogger,
        retention: 100_000,
      })
    ).close();
    await trail.close();
    assert.ok(files(folder).length < before);
    const report = await verifyTrail(folder);
    assert.ok(report.first > 1);
    assert.deepEqual(report.problems, []);
    rmSync(join(folder, files(folder)[0] ?? ''));
    assert.notDeepEqual(
      (await verifyTrail(folder)).problems,
      [],
      'a file that another process removed is missing',
    );
  });
});
