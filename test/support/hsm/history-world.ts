/** For the simulation: one random history of a cluster, and what must hold at its end. */
import assert from 'node:assert/strict';
import { outranks, recordKey } from '../../../src/hsm/replication/merge.ts';
import type { Change, ReplicaRecord } from '../../../src/hsm/replication/record.ts';
import type { Replica } from '../../../src/hsm/replication/replica.ts';
import { SimulatedCluster, type SimulatedHsm } from './simulation-world.ts';

/** Milliseconds of simulated time that things go wrong, and that they are well again. */
const TROUBLE = 6_000;
const RECOVERY = 6_000;
const STEPS = 30;
const USERS = ['alice', 'bob', 'kmsuser'];

/** Plays the history of a seed and checks it. Throws what went wrong. */
export async function playHistory(seed: number): Promise<void> {
  const history = new History(seed);
  await history.trouble();
  await history.recover();
  history.check();
}

class History {
  readonly #cluster: SimulatedCluster;
  readonly #acknowledged: ReplicaRecord[] = [];
  readonly #keys: string[] = [];
  #made = 0;
  /** Only one HSM may lose what it had stored: keys are acknowledged on two. */
  #mayLose = true;
  #members: readonly SimulatedHsm[];

  constructor(seed: number) {
    this.#cluster = new SimulatedCluster(seed);
    const { random } = this.#cluster;
    this.#cluster.duplicates = random() * 0.2;
    this.#cluster.latency = 1 + random() * 300;
    const count = 2 + Math.floor(random() * 3);
    this.#members = Array.from({ length: count }, () => this.#cluster.add(true));
    for (const member of this.#members) member.start();
    this.#cluster.tellPeers(this.#members);
  }

  async trouble(): Promise<void> {
    const { timeline, random } = this.#cluster;
    for (let step = 0; step < STEPS; step += 1) {
      await timeline.runFor(Math.floor(random() * 2 * (TROUBLE / STEPS)));
      if (random() < 0.7) void this.#write();
      else this.#disturb();
    }
  }

  async recover(): Promise<void> {
    this.#cluster.cut.clear();
    for (const hsm of this.#members) {
      hsm.disk.full = false;
      if (!hsm.run) this.#restart(hsm);
    }
    await this.#cluster.timeline.runFor(RECOVERY);
  }

  check(): void {
    const [first = [], ...others] = this.#members.map(contentOf);
    for (const other of others) assert.deepEqual(other, first, 'all HSMs hold the same');
    const final = new Map(first.map((record) => [recordKey(record), record]));
    for (const wrote of this.#acknowledged) {
      const held = final.get(recordKey(wrote));
      assert.ok(held, `${recordKey(wrote)} was acknowledged and is lost`);
      assert.ok(
        !outranks(wrote.kind, wrote, held),
        `${recordKey(wrote)} was acknowledged and is older now`,
      );
    }
    for (const { kind, id, deleted, body } of first) {
      if (kind === 'key' && !deleted)
        assert.deepEqual(body, keyBody(id), `the material of ${id} is what it was`);
    }
    for (const { run, synchronized } of this.#members) {
      assert.deepEqual(
        run?.peers.fullCoverage,
        { on: this.#members.length, of: this.#members.length },
        'coverage is full',
      );
      assert.ok(synchronized, 'a joined HSM knows that it has caught up');
    }
  }

  /** A client's request to some HSM. */
  async #write(): Promise<void> {
    const hsm = this.#pick(this.#members.filter(({ run }) => run));
    const run = hsm?.run;
    if (!run) return;
    const changes = this.#change(run.replica);
    const isNewKey = changes.some(({ kind, body }) => kind === 'key' && body !== undefined);
    try {
      const records = run.replica.write(changes);
      const copies = await run.peers.spread(records, 2);
      // A process that is gone answers nobody.
      if (hsm.run !== run) return;
      if (copies >= 2) this.#acknowledge(records, isNewKey);
      else if (isNewKey) run.replica.write(changes.map(({ kind, id }) => ({ kind, id })));
    } catch (error) {
      if (!(error instanceof Error && error.message === 'disk is full')) throw error;
    }
  }

  #acknowledge(records: readonly ReplicaRecord[], isNewKey: boolean): void {
    this.#acknowledged.push(...records);
    if (isNewKey) this.#keys.push(records[0]?.id ?? '');
  }

  #change(replica: Replica): Change[] {
    const { random } = this.#cluster;
    this.#made += 1;
    const key = this.#pick(this.#keys);
    const kinds: (() => Change[] | undefined)[] = [
      () => newKey(`key-${this.#made}`),
      () => newKey(`key-${this.#made}`),
      () =>
        key !== undefined && replica.read('key', key)
          ? [{ kind: 'key-attributes', id: key, body: { label: `label ${this.#made}` } }]
          : undefined,
      () =>
        key === undefined
          ? undefined
          : [
              { kind: 'key', id: key },
              { kind: 'key-attributes', id: key },
            ],
      () => [{ kind: 'user', id: this.#pick(USERS) ?? '', body: { password: this.#made } }],
      () => [{ kind: 'user', id: this.#pick(USERS) ?? '' }],
      () => [{ kind: 'lockout', id: this.#pick(USERS) ?? '', body: this.#made }],
    ];
    return kinds[Math.floor(random() * kinds.length)]?.() ?? newKey(`key-${this.#made}`);
  }

  #disturb(): void {
    const hsm = this.#pick(this.#members);
    const other = this.#pick(this.#members);
    if (!hsm || !other) return;
    const disturbances: (() => void)[] = [
      () => hsm.crash(),
      () => this.#restart(hsm),
      () => this.#restart(hsm),
      () => this.#cluster.cut.add(`${hsm.hsmId}→${other.hsmId}`),
      () =>
        this.#members.forEach(({ hsmId }) =>
          this.#cluster.cut.add(`${hsm.hsmId}→${hsmId}`).add(`${hsmId}→${hsm.hsmId}`),
        ),
      () => this.#cluster.cut.clear(),
      () => this.#cluster.cut.clear(),
      () => (hsm.disk.full = !hsm.disk.full),
      () => this.#setBack(hsm),
      () => this.#replace(hsm),
      () => this.#join(),
    ];
    disturbances[Math.floor(this.#cluster.random() * disturbances.length)]?.();
  }

  /** The control plane tells a new process who its peers are. */
  #restart(hsm: SimulatedHsm): void {
    hsm.crash();
    hsm.start();
    this.#cluster.tellPeers(this.#members);
  }

  /** The HSM's disk is set back to what it was a while ago. */
  #setBack(hsm: SimulatedHsm): void {
    if (!this.#mayLose) return;
    this.#mayLose = false;
    const snapshot = hsm.disk.copy();
    this.#cluster.timeline.after(this.#cluster.random() * 1_000, () => {
      if (!this.#members.includes(hsm)) return;
      hsm.crash();
      hsm.disk = snapshot;
      this.#restart(hsm);
    });
  }

  /** The HSM is lost for good with its disk, and another takes its place. */
  #replace(hsm: SimulatedHsm): void {
    if (!this.#mayLose) return;
    this.#mayLose = false;
    hsm.crash();
    this.#members = this.#members.filter((member) => member !== hsm);
    this.#join();
  }

  #join(): void {
    if (this.#members.length > 4) return;
    const joining = this.#cluster.add(false);
    this.#members = [...this.#members, joining];
    this.#restart(joining);
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#cluster.random() * from.length)];
  }
}

function newKey(id: string): Change[] {
  return [
    { kind: 'key', id, body: keyBody(id) },
    { kind: 'key-attributes', id, body: { label: '' } },
  ];
}

function keyBody(id: string): { owner: string; material: Buffer } {
  return {
    owner: 'kmsuser',
    material: Buffer.alloc(32, id.length).fill(Number(id.slice(4)) + 1, 8),
  };
}

function contentOf({ run }: SimulatedHsm): ReplicaRecord[] {
  const records = run?.replica.after(0, Infinity) ?? [];
  return records
    .map(({ kind, id, version, deleted, body }) => ({ kind, id, version, deleted, body }))
    .toSorted((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));
}
