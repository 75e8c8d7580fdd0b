/**
 * Test fixture: a cluster in one process, with the real replicas, digests, links and seals on a
 * simulated network, clock and disks. All randomness comes from one seed, so that a failing history
 * can be repeated.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Random } from '../../fuzz/random.ts';
import { hmacSha256, makeKeyPair } from '../../../src/crypto/index.ts';
import { Membership } from '../../../src/hsm/membership/index.ts';
import type { StoredRecord } from '../../../src/hsm/storage/index.ts';
import {
  encodeFrame,
  FrameReader,
  packValue,
  unpackValue,
  type Peer,
} from '../../../src/hsm/wire/index.ts';
import type { ReplicaRecord } from '../../../src/hsm/replication/record.ts';
import type { PeerChannel, PeerNetwork } from '../../../src/hsm/replication/peer-network.ts';
import type { PeerCommandName, PeerCommands } from '../../../src/hsm/replication/peer-protocol.ts';
import { PeerService } from '../../../src/hsm/replication/peer-service.ts';
import { Peers } from '../../../src/hsm/replication/peers.ts';
import type { Change } from '../../../src/hsm/replication/record.ts';
import { Quorum } from '../../../src/hsm/quorum/index.ts';
import { Replica, type RecordStore } from '../../../src/hsm/replication/replica.ts';

const CALL_TIMEOUT_MS = 2_000;
const CLUSTER_ID = 'cluster-simulated';
const MASKING_KEY = Buffer.alloc(32, 7);

/** Returns a value as it arrives after transmission. Throws if it does not fit into a frame. */
function transmitted<T>(value: T): T {
  const [frame] = new FrameReader().feed(encodeFrame({ id: 1, out: value }));
  return (frame as { out: T }).out;
}

/**
 * Simulated time. Runs due actions in order, each with all promises that it resolves, before time
 * advances.
 */
class Timeline {
  now = 0;
  readonly #due: { readonly time: number; readonly act: () => void; cancelled: boolean }[] = [];

  /** Schedules an action after a delay in milliseconds. Returns a function that cancels it. */
  schedule(delay: number, act: () => void): () => void {
    const entry = { time: this.now + delay, act, cancelled: false };
    let index = this.#due.length;
    while (index > 0 && (this.#due[index - 1]?.time ?? 0) <= entry.time) index -= 1;
    // Sorted latest first, so that the next action is at the end. Actions with equal times run in
    // the order of scheduling.
    this.#due.splice(index, 0, entry);
    return () => {
      entry.cancelled = true;
    };
  }

  async runFor(duration: number): Promise<void> {
    const end = this.now + duration;
    // Settle pending promises first: they may schedule actions that are due before the next one.
    await turn();
    for (let next = this.#due.at(-1); next && next.time <= end; next = this.#due.at(-1)) {
      this.#due.pop();
      if (next.cancelled) continue;
      this.now = next.time;
      next.act();
      await turn();
    }
    this.now = end;
  }
}

/** The persistent state of an HSM. Transactions are atomic. */
export class SimulatedDisk implements RecordStore {
  full = false;
  #sequence = 0;
  #undo: (() => void)[] = [];
  #rows = new Map<string, StoredRecord>();
  #settings = new Map<string, unknown>();

  transact<T>(work: () => T): T {
    this.#undo = [];
    try {
      const result = work();
      if (this.full) throw new Error('disk is full');
      return result;
    } catch (error) {
      for (const undo of this.#undo.toReversed()) undo();
      throw error;
    }
  }

  putRecord(kind: string, id: string, content: unknown): number {
    const key = `${kind}/${id}`;
    const before = this.#rows.get(key);
    this.#undo.push(() => (before ? this.#rows.set(key, before) : this.#rows.delete(key)));
    this.#sequence += 1;
    this.#rows.delete(key);
    this.#rows.set(key, { kind, id, sequence: this.#sequence, content: packValue(content) });
    return this.#sequence;
  }

  record(kind: string, id: string): StoredRecord | undefined {
    const row = this.#rows.get(`${kind}/${id}`);
    return row && opened(row);
  }

  recordsAfter(sequence: number, limit: number): StoredRecord[] {
    const later = [...this.#rows.values()].filter((row) => row.sequence > sequence);
    return later
      .toSorted((a, b) => a.sequence - b.sequence)
      .slice(0, limit)
      .map(opened);
  }

  setting(name: string): unknown {
    return this.#settings.get(name);
  }

  putSetting(name: string, value: unknown): void {
    this.#settings.set(name, value);
  }

  /** Returns a copy, like a file system snapshot. */
  copy(): SimulatedDisk {
    const copy = new SimulatedDisk();
    copy.#sequence = this.#sequence;
    copy.#rows = new Map(this.#rows);
    copy.#settings = new Map(this.#settings);
    return copy;
  }
}

function opened({ content, ...row }: StoredRecord): StoredRecord {
  // Copied, because decoding returns views, and changes to them must not reach the disk.
  return { ...row, content: unpackValue(Buffer.from(content as Uint8Array)) };
}

/** One run of an HSM, from its start to its crash. */
export interface Run {
  readonly replica: Replica;
  readonly membership: Membership;
  readonly peers: Peers;
  readonly quorum: Quorum;
}

export class SimulatedHsm {
  readonly hsmId: string;
  disk = new SimulatedDisk();
  run: Run | undefined;
  /** Called when a joining HSM is synchronized. */
  onSynchronized: () => void = () => undefined;
  readonly hardwareKeys = makeKeyPair();
  readonly #cluster: SimulatedCluster;
  #runs = 0;

  constructor(hsmId: string, cluster: SimulatedCluster, synchronized: boolean) {
    this.hsmId = hsmId;
    this.#cluster = cluster;
    this.disk.putSetting('synchronized', synchronized);
  }

  get synchronized(): boolean {
    return this.disk.setting('synchronized') === true;
  }

  /** This HSM as one that states admissions. */
  get admitter(): { hsmId: string; clusterId: string; hardwareKeys: SimulatedHsm['hardwareKeys'] } {
    return { hsmId: this.hsmId, clusterId: CLUSTER_ID, hardwareKeys: this.hardwareKeys };
  }

  /** Makes another HSM a member and gives it the list of members, as cloning does. */
  admit(joining: SimulatedHsm): void {
    const { run } = this;
    if (!run) throw new Error('an HSM that does not run cannot admit another');
    const member = { hsmId: joining.hsmId, publicKey: joining.hardwareKeys.publicKey };
    const place = { host: joining.hsmId, zone: '', admittedAt: 0 };
    void run.peers.replicate(run.replica.write(run.membership.admit({ ...member, ...place })));
    joining.receive(run.membership.records());
  }

  /** Stores records before the HSM runs. */
  receive(records: readonly ReplicaRecord[]): void {
    const replica = new Replica(this.disk, { append: () => undefined }, this.hsmId, 'before');
    replica.load();
    replica.receive(records.map((record) => structuredClone(record)));
  }

  start(): Run {
    this.#runs += 1;
    const replica = new Replica(
      this.disk,
      { append: () => undefined },
      this.hsmId,
      String(this.#runs),
    );
    // Like the real key store, which takes over the secret and wipes the copy that it received.
    replica.subscribe(
      'key',
      ({ body }) =>
        body instanceof Object && 'material' in body && (body.material as Uint8Array).fill(0),
    );
    const membership = new Membership(replica, this.admitter);
    const quorum = new Quorum(replica);
    replica.load();
    const peers: Peers = new Peers({
      hsmId: this.hsmId,
      database: this.disk,
      replica,
      membership,
      network: this.#cluster.networkOf(this),
      onStateChange: () => undefined,
      onSynchronized: () => {
        if (this.synchronized) return;
        this.disk.putSetting('synchronized', true);
        this.onSynchronized();
      },
    });
    membership.onChange(() => peers.membersChanged());
    this.run = { replica, membership, quorum, peers };
    peers.unlock(MASKING_KEY);
    return this.run;
  }

  /** kill -9: everything that was not on the disk is lost. */
  crash(): void {
    this.run?.peers.close();
    this.run = undefined;
  }

  /** Spends a token that this run created. */
  spend(approvalData: Uint8Array): boolean {
    const { run } = this;
    const { now } = this.#cluster.timeline;
    return run?.quorum.spend(approvalData, now, (change) => this.#write(run, change)) === true;
  }

  #write({ replica, peers }: Run, change: Change): void {
    void peers.replicate(replica.write([change]));
  }

  serviceFor(binding: PeerChannel['binding']): PeerService | undefined {
    if (!this.run) return undefined;
    const { replica, membership, peers } = this.run;
    return new PeerService(
      {
        replica,
        peers,
        membership,
        synchronized: () => this.synchronized,
        sessionsOf: () => 0,
        spendToken: ({ approvalData }) => this.spend(approvalData),
      },
      binding,
    );
  }
}

/** The HSMs and the network between them, which delays, reorders, duplicates and loses messages. */
export class SimulatedCluster {
  readonly timeline = new Timeline();
  readonly random: () => number;
  /** Blocked links, as `a→b`: messages from a to b are lost. */
  readonly cut = new Set<string>();
  /** Probability that a message is duplicated. */
  duplicates = 0;
  /** Maximum delay of a message, in milliseconds. */
  latency = 20;
  /** Number of responses, and of the records in them. */
  traffic = { messages: 0, records: 0 };
  hsms: SimulatedHsm[] = [];
  #connections = 0;

  constructor(seed: number) {
    const random = new Random(seed);
    this.random = () => random.fraction();
  }

  add(synchronized: boolean): SimulatedHsm {
    const hsm = new SimulatedHsm(`hsm-${this.hsms.length}`, this, synchronized);
    this.hsms = [...this.hsms, hsm];
    return hsm;
  }

  /** Makes HSMs that do not run yet the first members of the cluster. */
  found(members: readonly SimulatedHsm[]): void {
    const [first] = members;
    if (!first) return;
    const list = new Membership(
      new Replica(new SimulatedDisk(), { append: () => undefined }, first.hsmId),
      first.admitter,
    );
    const records = members.map(({ hsmId, hardwareKeys: { publicKey } }) => {
      const [change] = list.admit({ hsmId, publicKey, host: hsmId, zone: '', admittedAt: 0 });
      if (!change) throw new Error('an admission changes the list of members');
      return { ...change, body: change.body, version: [1, 'founding'] as const, deleted: false };
    });
    for (const member of members) member.receive(records);
  }

  /** Sends each running member the list of its peers, as the control plane does. */
  tellPeers(members: readonly SimulatedHsm[]): void {
    for (const member of members) {
      member.run?.peers.set(
        members
          .filter((other) => other !== member)
          .map(({ hsmId }) => ({ hsmId, host: hsmId, port: 1 })),
      );
    }
  }

  networkOf(hsm: SimulatedHsm): PeerNetwork {
    return {
      pause: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve(true);
          const stopped = (): void => {
            cancel();
            resolve(true);
          };
          const cancel = this.timeline.schedule(ms, () => {
            signal.removeEventListener('abort', stopped);
            resolve(false);
          });
          signal.addEventListener('abort', stopped, { once: true });
        }),
      open: (peer) => this.#open(hsm, peer),
    };
  }

  #open(from: SimulatedHsm, peer: Peer): Promise<PeerChannel> {
    const to = this.hsms.find(({ hsmId }) => hsmId === peer.hsmId);
    const fromRun = from.run;
    const { promise, resolve, reject } = Promise.withResolvers<PeerChannel>();
    this.timeline.schedule(CALL_TIMEOUT_MS, () => reject(new Error('peer does not answer')));
    this.#carry(from, peer.hsmId, () => {
      this.#connections += 1;
      const secret = Buffer.from(`connection ${this.#connections}`);
      const binding = {
        exportKeyingMaterial: (length: number) =>
          hmacSha256(secret, 'exporter').subarray(0, length),
      };
      const service = to?.serviceFor(binding);
      if (!to || !service) return reject(new Error('connection refused'));
      const toRun = to.run;
      const open = (): boolean => from.run === fromRun && to.run === toRun;
      resolve(this.#channel({ from, to, open, service, binding }));
    });
    return promise;
  }

  #channel({ from, to, open, service, binding }: Ends): PeerChannel {
    const closed = Promise.withResolvers<void>();
    let ended = false;
    const close = (): void => {
      ended = true;
      closed.resolve();
    };
    const alive = (): boolean => !ended && open();
    return {
      binding,
      closed: closed.promise,
      close,
      call: <C extends PeerCommandName>(command: C, input: PeerCommands[C]['in']) => {
        const { promise, resolve, reject } = Promise.withResolvers<PeerCommands[C]['out']>();
        const fail = (): void => {
          close();
          reject(new Error('peer link closed'));
        };
        if (!alive()) fail();
        const cancel = this.timeline.schedule(CALL_TIMEOUT_MS, fail);
        // Encoded and decoded, as on a real network, so that no memory is shared.
        const sent = transmitted(input);
        this.#carry(from, to.hsmId, () => {
          if (!alive()) return fail();
          const answer = answered(() => service.answer(command, sent) as PeerCommands[C]['out']);
          this.#count(answer.output);
          this.#carry(to, from.hsmId, () => {
            cancel();
            if (!alive()) return fail();
            if (answer.error) reject(answer.error);
            else resolve(answer.output as PeerCommands[C]['out']);
          });
        });
        return promise;
      },
    };
  }

  #carry(from: SimulatedHsm, to: string, arrive: () => void): void {
    const copies = this.random() < this.duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.timeline.schedule(1 + Math.floor(this.random() * this.latency), () => {
        if (!this.cut.has(`${from.hsmId}→${to}`)) arrive();
      });
    }
  }

  #count(output: unknown): void {
    this.traffic.messages += 1;
    if (output instanceof Object && 'records' in output)
      this.traffic.records += (output.records as unknown[]).length;
  }
}

interface Ends {
  readonly from: SimulatedHsm;
  readonly to: SimulatedHsm;
  readonly open: () => boolean;
  readonly service: PeerService;
  readonly binding: PeerChannel['binding'];
}

function answered<T>(work: () => T): { readonly output?: T; readonly error?: Error } {
  try {
    return { output: transmitted(work()) };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error('unknown failure') };
  }
}
