import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { merge, recordKey, type Records } from './merge.ts';
import type { ReplicaRecord } from './record.ts';

/** A version is used once, so it determines the content. */
const record: fc.Arbitrary<ReplicaRecord> = fc
  .record({
    kind: fc.constantFrom('key', 'key-attributes', 'user', 'lockout', 'setting'),
    id: fc.constantFrom('x', 'y', 'z'),
    counter: fc.integer({ min: 1, max: 6 }),
    writer: fc.constantFrom('hsm-a.1', 'hsm-a.2', 'hsm-b.1', 'hsm-c.1'),
  })
  .map(({ kind, id, counter, writer }) => {
    const deleted =
      (counter + writer.length + writer.charCodeAt(4) + Number(writer.at(-1))) % 3 === 0;
    return {
      kind,
      id,
      version: [counter, writer] as const,
      deleted,
      body: deleted ? null : `${counter} by ${writer}`,
    };
  });
const batch = fc.array(record, { maxLength: 12 });
const stateOf = (records: readonly ReplicaRecord[]): Records => merge(new Map(), records);
const sorted = (state: Records): ReplicaRecord[] =>
  [...state.values()].toSorted((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));

test('merge is commutative', () => {
  fc.assert(
    fc.property(batch, batch, (a, b) => {
      assert.deepEqual(sorted(merge(stateOf(a), b)), sorted(merge(stateOf(b), a)));
    }),
  );
});

test('merge is associative and idempotent', () => {
  fc.assert(
    fc.property(batch, batch, batch, (a, b, c) => {
      const throughB = merge(stateOf(a), stateOf([...b, ...c]).values());
      const oneByOne = merge(merge(stateOf(a), b), c);
      assert.deepEqual(sorted(throughB), sorted(oneByOne));
      assert.deepEqual(sorted(merge(oneByOne, [...c, ...a, ...b, ...a])), sorted(oneByOne));
    }),
  );
});

test('a deleted key stays deleted, whatever else arrives', () => {
  fc.assert(
    fc.property(batch, batch, (before, after) => {
      const tombstone: ReplicaRecord = {
        kind: 'key',
        id: 'x',
        version: [1, 'hsm-a.1'],
        deleted: true,
        body: null,
      };
      assert.equal(merge(stateOf([...before, tombstone]), after).get('key/x')?.deleted, true);
    }),
  );
});

test('a user can be recreated by an HSM that has seen the deletion', () => {
  const deleted: ReplicaRecord = {
    kind: 'user',
    id: 'x',
    version: [4, 'hsm-b.1'],
    deleted: true,
    body: null,
  };
  const again: ReplicaRecord = {
    kind: 'user',
    id: 'x',
    version: [5, 'hsm-a.1'],
    deleted: false,
    body: 'new',
  };
  assert.equal(stateOf([again, deleted]).get('user/x')?.body, 'new');
});
