import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvariantError } from '../../base/index.ts';
import type { Change } from './record.ts';
import {
  SimulatedCluster,
  type Run,
  type SimulatedHsm,
} from '../../../test/support/hsm/simulation-world.ts';

/** Starts HSMs that are linked and hold no records. */
async function linked(
  count: number,
): Promise<{ readonly cluster: SimulatedCluster; readonly hsms: readonly SimulatedHsm[] }> {
  const cluster = new SimulatedCluster(1);
  const hsms = Array.from({ length: count }, () => cluster.add(true));
  cluster.found(hsms);
  for (const hsm of hsms) hsm.start();
  cluster.tellPeers(hsms);
  await cluster.timeline.runFor(1_000);
  return { cluster, hsms };
}

function at(
  hsms: readonly SimulatedHsm[],
  index: number,
): { readonly hsm: SimulatedHsm; readonly run: Run } {
  const hsm = hsms[index];
  assert.ok(hsm?.run);
  return { hsm, run: hsm.run };
}

const setting = (id: string, body: unknown = id): Change => ({ kind: 'setting', id, body });
const bodyAt = ({ run }: SimulatedHsm, id: string): unknown =>
  run?.replica.read('setting', id)?.body;

function restart(
  cluster: SimulatedCluster,
  hsms: readonly SimulatedHsm[],
  hsm: SimulatedHsm,
): void {
  hsm.crash();
  hsm.start();
  cluster.tellPeers(hsms);
}

test('an HSM that was away synchronizes at a cost that depends on what it missed, not on the total', async () => {
  const { cluster, hsms } = await linked(2);
  const first = at(hsms, 0);
  const second = at(hsms, 1);
  for (let batch = 0; batch < 50; batch += 1)
    first.run.replica.write(
      Array.from({ length: 100 }, (_, index) => setting(`${batch}.${index}`)),
    );
  await cluster.timeline.runFor(5_000);
  second.hsm.crash();
  first.run.replica.write([
    setting('1.1', 'changed'),
    setting('new'),
    { kind: 'setting', id: '2.2' },
  ]);
  await cluster.timeline.runFor(5_000);

  cluster.traffic = { messages: 0, records: 0 };
  restart(cluster, hsms, second.hsm);
  await cluster.timeline.runFor(1_000);
  assert.deepEqual(
    [bodyAt(second.hsm, '1.1'), bodyAt(second.hsm, 'new'), bodyAt(second.hsm, '2.2')],
    ['changed', 'new', null],
  );
  assert.ok(
    cluster.traffic.records < 50,
    `${cluster.traffic.records} records were listed or sent for 3 changes of 5000`,
  );
  assert.ok(cluster.traffic.messages < 30, `${cluster.traffic.messages} messages`);
});

test('HSMs with equal records detect it with one command', async () => {
  const { cluster, hsms } = await linked(2);
  at(hsms, 0).run.replica.write(Array.from({ length: 500 }, (_, index) => setting(String(index))));
  await cluster.timeline.runFor(2_000);
  cluster.traffic = { messages: 0, records: 0 };
  restart(cluster, hsms, at(hsms, 1).hsm);
  await cluster.timeline.runFor(400);
  assert.equal(cluster.traffic.records, 0);
});

test('a joining HSM misses nothing that is written while it joins, and reports that it is synchronized only then', async () => {
  const { cluster, hsms } = await linked(2);
  const writers = [at(hsms, 0).run, at(hsms, 1).run];
  let written = 0;
  const write = (): void => {
    writers[written % 2]?.replica.write([setting(`w${written}`)]);
    written += 1;
    if (written < 400) cluster.timeline.schedule(5, write);
  };
  write();
  await cluster.timeline.runFor(500);
  const joining = cluster.add(false);
  const before = written;
  let missing = -1;
  joining.onSynchronized = () => {
    missing = Array.from({ length: before }, (_, index) => index).filter(
      (index) => bodyAt(joining, `w${index}`) === undefined,
    ).length;
  };
  hsms[0]?.admit(joining);
  joining.start();
  cluster.tellPeers([...hsms, joining]);
  assert.equal(joining.synchronized, false);
  await cluster.timeline.runFor(4_000);
  assert.equal(written, 400);
  assert.equal(missing, 0, 'once synchronized, it has all that existed when it began to join');
  for (let index = 0; index < written; index += 1)
    assert.equal(bodyAt(joining, `w${index}`), `w${index}`);
});

test('an HSM whose database is restored to an earlier state does not count as a holder of later records, and gets them again', async () => {
  const { cluster, hsms } = await linked(2);
  const first = at(hsms, 0);
  const second = at(hsms, 1);
  const old = second.hsm.disk.copy();
  first.run.replica.write([setting('late')]);
  await cluster.timeline.runFor(1_000);
  assert.deepEqual(first.run.peers.coverage('setting', 'late'), { on: 2, of: 2 });

  second.hsm.crash();
  second.hsm.disk = old;
  // It can connect to the first HSM, but gets no answers.
  cluster.timeline.schedule(50, () => cluster.cut.add('hsm-0→hsm-1'));
  restart(cluster, hsms, second.hsm);
  await cluster.timeline.runFor(1_000);
  assert.equal(bodyAt(second.hsm, 'late'), undefined);
  assert.deepEqual(first.run.peers.coverage('setting', 'late'), { on: 1, of: 2 });

  cluster.cut.clear();
  await cluster.timeline.runFor(4_000);
  assert.equal(bodyAt(second.hsm, 'late'), 'late');
  assert.deepEqual(first.run.peers.coverage('setting', 'late'), { on: 2, of: 2 });
});

test('an acknowledgement of records that an HSM does not hold is rejected and does not count', async () => {
  const { cluster, hsms } = await linked(2);
  const { run } = at(hsms, 0);
  cluster.cut.add('hsm-0→hsm-1');
  run.replica.write([setting('x')]);
  const service = {};
  run.peers.onPeerHello('hsm-1', service);
  for (const sequence of [run.replica.head + 1, Number.NaN, Infinity])
    assert.throws(() => run.peers.acknowledge('hsm-1', service, sequence), InvariantError);
  assert.deepEqual(run.peers.fullCoverage, { on: 1, of: 2 });
  run.peers.acknowledge('hsm-1', service, run.replica.head);
  assert.deepEqual(run.peers.fullCoverage, { on: 2, of: 2 });
});

test('records reach an HSM that is cut off from their writer through a third HSM', async () => {
  const { cluster, hsms } = await linked(3);
  const [a, , c] = hsms;
  cluster.cut.add(`${a?.hsmId}→${c?.hsmId}`).add(`${c?.hsmId}→${a?.hsmId}`);
  at(hsms, 0).run.replica.write([setting('there')]);
  at(hsms, 2).run.replica.write([setting('back')]);
  await cluster.timeline.runFor(3_000);
  assert.equal(bodyAt(at(hsms, 2).hsm, 'there'), 'there');
  assert.equal(bodyAt(at(hsms, 0).hsm, 'back'), 'back');
});

test('an HSM that hangs does not delay a write that enough others hold', async () => {
  const { cluster, hsms } = await linked(3);
  const { run } = at(hsms, 0);
  cluster.cut.add('hsm-2→hsm-0');
  const start = cluster.timeline.now;
  let took = Infinity;
  const copies = run.peers.replicate(run.replica.write([setting('x')]), 2).then((count) => {
    took = cluster.timeline.now - start;
    return count;
  });
  await cluster.timeline.runFor(3_000);
  assert.equal(await copies, 2);
  assert.ok(took < 100, `took ${took} ms`);
});

test('answers with large records fit into a frame', async () => {
  const { cluster, hsms } = await linked(2);
  const { hsm } = at(hsms, 1);
  hsm.crash();
  const { replica } = at(hsms, 0).run;
  for (let index = 0; index < 60; index += 1)
    replica.write([setting(`large ${index}`, Buffer.alloc(60_000, index))]);
  restart(cluster, hsms, hsm);
  for (let index = 60; index < 90; index += 1)
    replica.write([setting(`large ${index}`, Buffer.alloc(60_000, index))]);
  await cluster.timeline.runFor(5_000);
  for (let index = 0; index < 90; index += 1)
    assert.deepEqual(bodyAt(hsm, `large ${index}`), Buffer.alloc(60_000, index));
});
