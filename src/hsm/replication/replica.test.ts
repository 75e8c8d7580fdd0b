import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../../base/index.ts';
import { SimulatedDisk } from '../../../test/support/hsm/simulation-world.ts';
import type { Change, ReplicaRecord } from './record.ts';
import { Replica } from './replica.ts';

interface Opened {
  readonly disk: SimulatedDisk;
  readonly replica: Replica;
  /** Number of entries in the audit log. */
  readonly entries: () => number;
}

function openReplica(disk = new SimulatedDisk()): Opened {
  let appended = 0;
  const replica = new Replica(disk, { append: () => (appended += 1) }, 'hsm-a', 'run1');
  replica.onReceived(() => ({ opcode: 'CN_GENERATE_KEY' }));
  replica.load();
  return { disk, replica, entries: () => appended };
}

const key = (id: string, body?: unknown): Change => ({ kind: 'key', id, body });
const received = (change: Change, counter: number): ReplicaRecord => ({
  ...change,
  version: [counter, 'hsm-b.run1'],
  deleted: change.body === undefined,
  body: change.body ?? null,
});

/** Asserts that an operation fails and leaves neither records nor audit entries. */
function violates({ disk, replica, entries }: Opened, invariant: RegExp, operate: () => void) {
  const before = [disk.recordsAfter(0, Infinity), replica.head, entries()];
  assert.throws(
    operate,
    (error) => error instanceof InvariantError && invariant.test(error.message),
  );
  assert.deepEqual([disk.recordsAfter(0, Infinity), replica.head, entries()], before);
}

describe('a replica stores nothing and fails', () => {
  it('when a write would bring a deleted key back', () => {
    const opened = openReplica();
    opened.replica.write([key('x', 'material')]);
    opened.replica.write([key('x')]);
    violates(opened, /deleted key stays deleted/, () =>
      opened.replica.write([key('x', 'material')], { opcode: 'CN_GENERATE_KEY' }),
    );
    assert.equal(opened.replica.read('key', 'x')?.deleted, true);
  });

  it('when one write has two contents for a record', () => {
    const opened = openReplica();
    violates(opened, /one content/, () =>
      opened.replica.write([key('x', 'one'), key('y', 'other'), key('x', 'two')]),
    );
  });

  it('when a version counter has reached the last safe integer', () => {
    const opened = openReplica();
    opened.replica.receive([received(key('x', 'material'), Number.MAX_SAFE_INTEGER)]);
    violates(opened, /safe integer/, () => opened.replica.write([key('y', 'material')]));
  });

  it('when it receives a version whose counter is not a safe integer', () => {
    const opened = openReplica();
    for (const counter of [Number.MAX_SAFE_INTEGER + 1, Number.NaN, Infinity, 1.5])
      violates(opened, /safe integer/, () =>
        opened.replica.receive([received(key('x', 'material'), counter)]),
      );
  });

  it('when the store reuses a sequence', () => {
    class Repeating extends SimulatedDisk {
      repeats = false;
      override putRecord(kind: string, id: string, content: unknown): number {
        const sequence = super.putRecord(kind, id, content);
        return this.repeats ? 1 : sequence;
      }
    }
    const disk = new Repeating();
    const opened = openReplica(disk);
    opened.replica.write([key('x', 'material')]);
    disk.repeats = true;
    violates(opened, /higher sequence/, () => opened.replica.write([key('y', 'material')]));
  });
});
