import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { AuditQueueFullError, cloudTrailServiceEvent, openAuditTrail, type AuditEvent } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyhold-audit-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = (): string => join(folder, `${(files += 1)}.ndjson`);

function event(eventName: string): AuditEvent {
  return cloudTrailServiceEvent({ time: 0, eventSource: 'kms.amazonaws.com', eventName, region: 'us-east-1', account: '111122223333' });
}

/** Every line of the file, which must all be whole. */
function names(path: string): unknown[] {
  const text = readFileSync(path, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'));
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).eventName);
}

describe('the audit trail', () => {
  for (const fsync of [false, true]) {
    it(`has an event in the file when record resolves, in the order of recording (fsync: ${fsync})`, async () => {
      const path = newPath();
      const trail = openAuditTrail(path, { fsync });
      await trail.record(event('one'));
      assert.deepEqual(names(path), ['one']);
      await Promise.all(['two', 'three'].map((name) => trail.record(event(name))));
      assert.deepEqual(names(path), ['one', 'two', 'three']);
      const last = trail.record(event('four'));
      await trail.close();
      await last;
      assert.deepEqual(names(path), ['one', 'two', 'three', 'four']);
      await assert.rejects(trail.record(event('five')), /closed/);
    });
  }

  it('appends to what is there, and is readable by its owner only', async () => {
    const path = newPath();
    for (const name of ['one', 'two']) {
      const trail = openAuditTrail(path);
      await trail.record(event(name));
      await trail.close();
    }
    assert.deepEqual(names(path), ['one', 'two']);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  for (const length of [10, 200_000]) {
    it(`cuts off a last line that is torn, ${length} bytes of it`, async () => {
      const path = newPath();
      const first = openAuditTrail(path);
      await first.record(event('whole'));
      await first.close();
      appendFileSync(path, `{"eventName":"${'x'.repeat(length)}`);
      const trail = openAuditTrail(path);
      await trail.record(event('next'));
      await trail.close();
      assert.deepEqual(names(path), ['whole', 'next']);
    });
  }

  it('empties a file that has nothing but a torn line', async () => {
    const path = newPath();
    writeFileSync(path, '{"event');
    await openAuditTrail(path).close();
    assert.equal(statSync(path).size, 0);
  });

  it('refuses more events than may wait, and goes on afterwards', async () => {
    const path = newPath();
    const trail = openAuditTrail(path, { maxWaiting: 2 });
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => trail.record(event(name))));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
    await assert.rejects(Promise.all(['d', 'e', 'f'].map((name) => trail.record(event(name)))), AuditQueueFullError);
    await trail.close();
    assert.deepEqual(names(path), ['a', 'b', 'd', 'e']);
  });

  it('keeps every event that was acknowledged before kill -9', async () => {
    const path = newPath();
    const script = `
      import { openAuditTrail } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      import { writeSync } from 'node:fs';
      const trail = openAuditTrail(process.argv[1]);
      for (let n = 0; ; n += 1) {
        await trail.record({ eventName: String(n) });
        writeSync(1, n + '\\n');
      }`;
    const writer = spawn(process.execPath, ['--input-type=module', '--eval', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(writer, 'exit');
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 500) writer.kill('SIGKILL');
    }
    await exited;
    await openAuditTrail(path).close();
    const kept = new Set(names(path));
    assert.ok(acknowledged.length >= 500);
    assert.ok(acknowledged.every((name) => kept.has(name)));
  });
});
