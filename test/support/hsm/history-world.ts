/** One random history of a simulated cluster, and the invariants at its end. */
import assert from 'node:assert/strict';
import { outranks, recordKey } from '../../../src/hsm/replication/merge.ts';
import type { Change, ReplicaRecord } from '../../../src/hsm/replication/record.ts';
import type { Replica } from '../../../src/hsm/replication/replica.ts';
import { SimulatedCluster, type SimulatedHsm } from './simulation-world.ts';

/** Simulated duration of the faults, in milliseconds. */
const FAULT_PHASE_MS = 6_000;
/** Simulated time for recovery, in milliseconds. */
const RECOVERY_PHASE_MS = 6_000;
const STEPS = 30;
const USERS = ['alice', 'bob', 'kmsuser'];

/** Plays the history of a seed and checks its invariants. Throws if one does not hold. */
export async function playHistory(seed: number): Promise<void> {
  const history = new History(seed);
  await history.injectFaults();
  await history.recover();
  history.check();
}

class History {
  readonly #cluster: SimulatedCluster;
  readonly #acknowledged: ReplicaRecord[] = [];
  readonly #keys: string[] = [];
  #made = 0;
  /** Only one HSM may lose stored data, because keys are acknowledged once two HSMs hold them. */
  #mayLoseData = true;
  #members: readonly SimulatedHsm[];

  constructor(seed: number) {
    this.#cluster = new SimulatedCluster(seed);
    const { random } = this.#cluster;
    this.#cluster.duplicates = random() * 0.2;
    this.#cluster.latency = 1 + random() * 300;
    const count = 2 + Math.floor(random() * 3);
    this.#members = Array.from({ length: count }, () => this.#cluster.add(true));
    this.#cluster.found(this.#members);
    for (const member of this.#members) member.start();
    this.#cluster.tellPeers(this.#members);
  }

  async injectFaults(): Promise<void> {
    const { timeline, random } = this.#cluster;
    for (let step = 0; step < STEPS; step += 1) {
      await timeline.runFor(Math.floor(random() * 2 * (FAULT_PHASE_MS / STEPS)));
      if (random() < 0.7) void this.#write();
      else this.#injectFault();
    }
  }

  async recover(): Promise<void> {
    this.#cluster.cut.clear();
    for (const hsm of this.#members) {
      hsm.disk.full = false;
      if (!hsm.run) this.#restart(hsm);
    }
    await this.#cluster.timeline.runFor(RECOVERY_PHASE_MS);
  }

  check(): void {
    const [first = [], ...others] = this.#members.map(contentOf);
    for (const other of others) assert.deepEqual(other, first, 'all HSMs hold the same records');
    const final = new Map(first.map((record) => [recordKey(record), record]));
    for (const wrote of this.#acknowledged) {
      const held = final.get(recordKey(wrote));
      assert.ok(held, `${recordKey(wrote)} was acknowledged and then lost`);
      assert.ok(
        !outranks(wrote.kind, wrote, held),
        `${recordKey(wrote)} was acknowledged and then reverted`,
      );
    }
    for (const { kind, id, deleted, body } of first) {
      if (kind === 'key' && !deleted)
        assert.deepEqual(body, keyBody(id), `the material of ${id} is unchanged`);
    }
    for (const { run, synchronized } of this.#members) {
      assert.deepEqual(
        run?.peers.fullCoverage,
        { on: this.#members.length, of: this.#members.length },
        'coverage is full',
      );
      assert.ok(synchronized, 'a joined HSM is synchronized');
    }
  }

  /** Sends a client's request to a random HSM. */
  async #write(): Promise<void> {
    const hsm = this.#pick(this.#members.filter(({ run }) => run));
    const run = hsm?.run;
    if (!run) return;
    const changes = this.#change(run.replica);
    const isNewKey = changes.some(({ kind, body }) => kind === 'key' && body !== undefined);
    try {
      const records = run.replica.write(changes);
      const copies = await run.peers.replicate(records, 2);
      // A process that has crashed does not answer.
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

  #injectFault(): void {
    const hsm = this.#pick(this.#members);
    const other = this.#pick(this.#members);
    if (!hsm || !other) return;
    const faults: (() => void)[] = [
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
      () => this.#restoreSnapshot(hsm),
      () => this.#replace(hsm),
      () => this.#join(),
    ];
    faults[Math.floor(this.#cluster.random() * faults.length)]?.();
  }

  /** Restarts the process. The control plane sends it its peers. */
  #restart(hsm: SimulatedHsm): void {
    hsm.crash();
    hsm.start();
    this.#cluster.tellPeers(this.#members);
  }

  /** Restores an earlier snapshot of the HSM's disk. */
  #restoreSnapshot(hsm: SimulatedHsm): void {
    if (!this.#mayLoseData) return;
    this.#mayLoseData = false;
    const snapshot = hsm.disk.copy();
    this.#cluster.timeline.schedule(this.#cluster.random() * 1_000, () => {
      if (!this.#members.includes(hsm)) return;
      hsm.crash();
      hsm.disk = snapshot;
      this.#restart(hsm);
    });
  }

  /** Removes the HSM together with its disk, and adds another one. */
  #replace(hsm: SimulatedHsm): void {
    if (!this.#mayLoseData || !this.#admitterOtherThan(hsm)) return;
    this.#mayLoseData = false;
    hsm.crash();
    this.#members = this.#members.filter((member) => member !== hsm);
    this.#join();
  }

  #join(): void {
    const admitter = this.#admitterOtherThan(undefined);
    if (this.#members.length > 4 || !admitter) return;
    const joining = this.#cluster.add(false);
    admitter.admit(joining);
    this.#members = [...this.#members, joining];
    this.#restart(joining);
  }

  /** Returns an HSM that can clone itself: it runs, is synchronized and can write. */
  #admitterOtherThan(hsm: SimulatedHsm | undefined): SimulatedHsm | undefined {
    return this.#pick(
      this.#members.filter(
        (member) => member !== hsm && member.run && member.synchronized && !member.disk.full,
      ),
    );
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
  const records = run?.replica.recordsAfter(0, Infinity) ?? [];
  return records
    .map(({ kind, id, version, deleted, body }) => ({ kind, id, version, deleted, body }))
    .toSorted((a, b) => (recordKey(a) < recordKey(b) ? -1 : 1));
}
