import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promisingEngine } from '../../../test/support/hsm/promising-engine.ts';
import type { Replica, ReplicaRecord } from '../replication/index.ts';
import { fromTemplate, Keys, type Key } from './index.ts';

/** Creates keys on an engine that imports asynchronously. `apply` delivers a replicated record. */
function keysOnPromisingEngine(): {
  keys: Keys;
  failures: string[];
  apply: (record: Pick<ReplicaRecord, 'kind' | 'id' | 'body'>) => void;
} {
  const listeners = new Map<string, (record: ReplicaRecord) => void>();
  const replica = {
    subscribe: (kind: string, listener: (record: ReplicaRecord) => void) =>
      listeners.set(kind, listener),
  };
  const failures: string[] = [];
  const keys = new Keys(promisingEngine(), replica as unknown as Replica, (handle) =>
    failures.push(handle),
  );
  const version = [1, 'hsm-a.00'] as const;
  return {
    keys,
    failures,
    apply: (record) =>
      listeners.get(record.kind)?.({ ...record, version, deleted: record.body === undefined }),
  };
}

async function newKey(): Promise<Key> {
  const engineKey = await promisingEngine().generate('aes', 32);
  return { ...fromTemplate({}, 'alice', 'generated'), engineKey };
}

test('a key is there once the engine has imported it', async () => {
  const { keys, apply } = keysOnPromisingEngine();
  const key = await newKey();
  for (const { kind, id, body } of await keys.creation([key])) apply({ kind, id, body });
  assert.deepEqual(keys.all(), []);
  assert.equal(keys.count, 1);
  await keys.imported();
  assert.deepEqual(
    keys.all().map(({ handle }) => handle),
    [key.handle],
  );
  assert.equal(keys.count, 1);
  assert.equal(keys.imported(), undefined);
});

test('a key that is deleted while the engine imports it does not come back', async () => {
  const { keys, apply } = keysOnPromisingEngine();
  const key = await newKey();
  for (const { kind, id, body } of await keys.creation([key])) apply({ kind, id, body });
  const imported = keys.imported();
  for (const { kind, id } of keys.destruction(key)) apply({ kind, id, body: undefined });
  assert.equal(keys.count, 0);
  await imported;
  assert.deepEqual(keys.all(), []);
  assert.equal(keys.count, 0);
});

test('a key that the engine cannot import is reported, and is not there', async () => {
  const { keys, failures, apply } = keysOnPromisingEngine();
  const key = await newKey();
  for (const { kind, id, body } of await keys.creation([key]))
    apply({
      kind,
      id,
      body: kind === 'key' ? { ...(body as object), material: Buffer.alloc(5) } : body,
    });
  await keys.imported();
  assert.deepEqual(failures, [key.handle]);
  assert.equal(keys.count, 0);
});

test('the record of trust decides, in any order of arrival; that of an earlier version only marks', async () => {
  for (const { attribute, body, trusted } of [
    { attribute: true, body: { trusted: false }, trusted: false },
    { attribute: false, body: { trusted: true }, trusted: true },
    { attribute: true, body: true, trusted: true },
    { attribute: false, body: true, trusted: false },
  ]) {
    const { handle, changeable, ...rest } = await newKey();
    const key = { ...rest, handle, changeable: { ...changeable, trusted: attribute } };
    const { kind, id } = keysOnPromisingEngine().keys.trust(key, true);
    for (const trustFirst of [true, false]) {
      const { keys, apply } = keysOnPromisingEngine();
      const records = [...(await keys.creation([key]))];
      records.splice(trustFirst ? 0 : records.length, 0, { kind, id, body });
      for (const record of records) apply({ body: undefined, ...record });
      await keys.imported();
      const [held] = keys.all();
      assert.equal(held?.changeable.trusted, trusted);
      assert.ok(held && keys.wasTrusted(held));
    }
  }
});
