import type { Database } from '../storage/index.ts';
import type { Peer } from '../wire/index.ts';
import { PeerProof } from './peer-protocol.ts';
import { PeerKeeper } from './peer.ts';
import type { RecordKind } from './record.ts';
import { RecordSeal } from './record-seal.ts';
import type { Replica, SequencedRecord } from './replica.ts';

/** Milliseconds that a just started HSM waits for its peers before it answers for itself. */
const CATCH_UP_TIMEOUT = 2_000;

/** What a peer's keeper works with. */
export interface PeerWorks {
  readonly hsmId: string;
  readonly replica: Replica;
  readonly seal: RecordSeal;
  readonly proof: PeerProof;
  /** Up to which of its records each peer has been pulled. */
  readonly cursors: { get(hsmId: string): number; put(hsmId: string, sequence: number): void };
  /** A link came or went. */
  changed(): void;
  /** All that a synchronized peer held is here. */
  caughtUp(): void;
}

export interface PeersOptions {
  readonly hsmId: string;
  readonly database: Database;
  readonly replica: Replica;
  readonly changed: () => void;
  readonly caughtUp: () => void;
}

/** The other HSMs of the cluster. */
export class Peers {
  readonly #options: PeersOptions;
  #works: PeerWorks | undefined;
  #wanted: readonly Peer[];
  readonly #keepers = new Map<string, PeerKeeper>();

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#wanted = (options.database.setting('peers') ?? []) as readonly Peer[];
  }

  /** Links can be made once the cluster's masking key is here. */
  unlock(maskingKey: Uint8Array): void {
    const { database } = this.#options;
    const cursors = {
      get: (hsmId: string): number => (database.setting(`cursor/${hsmId}`) ?? 0) as number,
      put: (hsmId: string, sequence: number): void => database.putSetting(`cursor/${hsmId}`, sequence),
    };
    this.#works = { ...this.#options, seal: new RecordSeal(maskingKey), proof: new PeerProof(maskingKey), cursors };
    this.#apply();
  }

  /** The seal and proof of this cluster; undefined before `unlock`. */
  get works(): PeerWorks | undefined {
    return this.#works;
  }

  /** The whole list, each time. */
  set(peers: readonly Peer[]): void {
    this.#options.database.putSetting('peers', peers);
    this.#wanted = peers;
    this.#apply();
  }

  get linked(): readonly string[] {
    return [...this.#keepers.values()].filter((keeper) => keeper.linked).map((keeper) => keeper.address.hsmId);
  }

  /** Sends records to all peers that can be reached; resolves to the number of HSMs that then hold them, this one included. */
  async spread(records: readonly SequencedRecord[]): Promise<number> {
    const done = await Promise.all([...this.#keepers.values()].map((keeper) => keeper.push(records)));
    return 1 + done.filter(Boolean).length;
  }

  /** On how many HSMs of the cluster a record is, as far as known here. */
  coverage(kind: RecordKind, id: string): { readonly on: number; readonly of: number } {
    const sequence = this.#options.replica.sequenceOf(kind, id) ?? Infinity;
    const holders = [...this.#keepers.values()].filter((keeper) => keeper.holds(sequence));
    return { on: 1 + holders.length, of: 1 + this.#wanted.length };
  }

  /** Sessions of a user on all reachable peers. */
  async sessionsOf(username: string): Promise<number> {
    const counts = await Promise.all([...this.#keepers.values()].map((keeper) => keeper.sessionsOf(username)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A peer said that it has stored all of this HSM's records up to `sequence`. */
  confirm(hsmId: string, sequence: number): void {
    this.#keepers.get(hsmId)?.confirm(sequence);
  }

  /** Resolves when every peer has been pulled or found out of reach: before, an old password might still seem right. */
  async settled(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CATCH_UP_TIMEOUT);
    await Promise.race([promise, Promise.all([...this.#keepers.values()].map((keeper) => keeper.tried))]);
    clearTimeout(timer);
  }

  close(): void {
    for (const keeper of this.#keepers.values()) keeper.close();
    this.#keepers.clear();
  }

  #apply(): void {
    if (!this.#works) return;
    const wanted = new Map(this.#wanted.map((peer) => [peer.hsmId, peer]));
    for (const [hsmId, keeper] of this.#keepers) {
      const peer = wanted.get(hsmId);
      if (peer?.host === keeper.address.host && peer.port === keeper.address.port) continue;
      keeper.close();
      this.#keepers.delete(hsmId);
    }
    for (const peer of wanted.values()) {
      if (!this.#keepers.has(peer.hsmId)) this.#keepers.set(peer.hsmId, new PeerKeeper(peer, this.#works));
    }
    this.#options.changed();
  }
}
