import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '../base/index.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { AuditEvent } from './event.ts';
import { summarizeRejectedRequests } from './rejected-requests.ts';

/** A trail that records events in memory, and rejects them while `full`. */
function memoryTrail() {
  const events: AuditEvent[] = [];
  const state = { full: false };
  const record: AuditTrail['record'] = async (event) => {
    if (state.full) throw new Error('disk full');
    events.push(event);
  };
  const trail: AuditTrail = {
    record,
    durableHead: () => Promise.reject(new Error('not used')),
    lookup: () => Promise.reject(new Error('not used')),
    close: async () => undefined,
  };
  return { events, state, trail };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function summariesOf(trail: AuditTrail, clock = { now: () => 5_000 }) {
  return summarizeRejectedRequests({
    trail,
    account: '111122223333',
    region: 'us-east-1',
    clock,
    log: silentLogger,
  });
}

describe('rejected requests', () => {
  it('are recorded as one event per minute, and none in a minute without any', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const { events, trail } = memoryTrail();
    let now = 1_000;
    const rejected = summariesOf(trail, { now: () => now });
    for (const reason of ['InvalidSignatureException', 'InvalidSignatureException', 'Other'])
      rejected.note({ reason, source: `192.0.2.${(now += 1_000) / 1_000}` });
    context.mock.timers.tick(60_000);
    await turn();
    context.mock.timers.tick(60_000);
    await turn();
    rejected.note({ reason: 'Other', source: '192.0.2.9' });
    await rejected.close();
    assert.deepEqual(
      events.map(({ eventName, serviceEventDetails }) => [eventName, serviceEventDetails]),
      [
        [
          'RejectRequests',
          {
            count: 3,
            first: '1970-01-01T00:00:02.000Z',
            last: '1970-01-01T00:00:04.000Z',
            reasons: { InvalidSignatureException: 2, Other: 1 },
            sourceIPAddresses: { '192.0.2.2': 1, '192.0.2.3': 1, '192.0.2.4': 1 },
            fromOtherAddresses: 0,
          },
        ],
        [
          'RejectRequests',
          {
            count: 1,
            first: '1970-01-01T00:00:04.000Z',
            last: '1970-01-01T00:00:04.000Z',
            reasons: { Other: 1 },
            sourceIPAddresses: { '192.0.2.9': 1 },
            fromOtherAddresses: 0,
          },
        ],
      ],
    );
  });

  it('from many addresses make an event of bounded size', async () => {
    const { events, trail } = memoryTrail();
    const rejected = summariesOf(trail);
    for (let n = 0; n < 100_000; n += 1)
      rejected.note({ reason: 'Other', source: `2001:db8::${n}` });
    await rejected.close();
    assert.equal(events.length, 1);
    assert.ok(JSON.stringify(events).length < 4_000);
    const details = { ...events[0]?.serviceEventDetails };
    assert.deepEqual([details['count'], details['fromOtherAddresses']], [100_000, 99_950]);
  });

  it('are counted in the next event if one could not be written', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const { events, state, trail } = memoryTrail();
    const rejected = summariesOf(trail);
    state.full = true;
    rejected.note({ reason: 'Other', source: '192.0.2.1' });
    context.mock.timers.tick(60_000);
    await turn();
    state.full = false;
    rejected.note({ reason: 'Other', source: '192.0.2.1' });
    await rejected.close();
    assert.deepEqual(
      events.map((event) => ({ ...event.serviceEventDetails })['count']),
      [2],
    );
  });
});
