import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailedLogins, type NewAuditEntry } from './index.ts';

const MINUTE = 60_000;
const entry: NewAuditEntry = { opcode: 'CN_LOGIN', response: 'user-not-found' };

test('failed logins beyond a rate are summed up, at most once a minute, and none is lost', () => {
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const entries: NewAuditEntry[] = [];
  const failed = new FailedLogins({ note: (one) => entries.push(one) }, clock);
  for (let attempt = 0; attempt < 5_000; attempt += 1) {
    failed.note(entry, `address ${attempt % 2_000}`, attempt % 10 === 0 ? 'alice' : undefined);
    failed.flushIfDue();
    clock.time += 60;
  }
  failed.flush();
  failed.flush();
  const summaries = entries.filter(({ opcode }) => opcode === 'KH_FAILED_LOGINS');
  const singles = entries.length - summaries.length;
  // Five minutes of attempts.
  assert.ok(singles >= 40 && singles <= 40 + 5 * 20 + 1, `${singles} single entries`);
  assert.ok(summaries.length <= 6, `${summaries.length} summaries`);
  const counts = summaries.map(({ detail = '' }) => Number(/^\d+/.exec(detail)?.[0]));
  assert.equal(singles + counts.reduce((sum, count) => sum + count, 0), 5_000);
  assert.match(
    summaries[0]?.detail ?? '',
    /^\d+ failed logins from \d+( or more)? addresses, 2026-\S+ to 2026-\S+: unknown users \d+, alice \d+$/,
  );
});

test('a few failed logins are recorded one by one', () => {
  const clock = { time: 0, now: () => clock.time };
  const entries: NewAuditEntry[] = [];
  const failed = new FailedLogins({ note: (one) => entries.push(one) }, clock);
  for (let attempt = 0; attempt < 60; attempt += 1) {
    failed.note(entry, 'address', 'alice');
    clock.time += MINUTE / 20;
  }
  failed.flush();
  assert.deepEqual(
    entries,
    Array.from({ length: 60 }, () => entry),
  );
});
