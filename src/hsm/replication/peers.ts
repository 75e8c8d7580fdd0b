import type { Coverage, Peer } from '../wire/index.ts';
import type { LinkContext } from './link-context.ts';
import { PeerProof } from './peer-protocol.ts';
import type { PeerNetwork } from './peer-network.ts';
import { PeerKeeper } from './peer.ts';
import type { RecordKind } from './record.ts';
import { RecordSeal } from './record-seal.ts';
import type { Replica, SequencedRecord } from './replica.ts';
import { tlsNetwork } from './tls-network.ts';

/** Milliseconds that a just started HSM waits for its peers before it answers for itself. */
const CATCH_UP_TIMEOUT = 2_000;

/** Milliseconds that peers get to take over what this HSM holds, and between two looks at whether they have. */
const COVERED_TIMEOUT = 2_000;
const COVERED_POLL = 50;

export interface PeersOptions {
  readonly hsmId: string;
  readonly database: {
    setting(name: string): unknown;
    putSetting(name: string, value: unknown): void;
  };
  readonly replica: Replica;
  readonly network?: PeerNetwork;
  /** A link came or went, or its standing changed. */
  readonly changed: () => void;
  /** All that the reachable peers held is here, and one of them was synchronized itself. May be called again. */
  readonly caughtUp: () => void;
}

/** The other HSMs of the cluster. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #network: PeerNetwork;
  #works: LinkContext | undefined;
  #wanted: readonly Peer[];
  readonly #keepers = new Map<string, PeerKeeper>();
  /** Through what each peer last greeted: only that one knows what the peer holds now. */
  readonly #callers = new Map<string, object>();

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#network = options.network ?? tlsNetwork;
    this.#wanted = (options.database.setting('peers') ?? []) as readonly Peer[];
  }

  /** Links can be made once the cluster's masking key is here. */
  unlock(maskingKey: Uint8Array): void {
    const { hsmId, replica } = this.#options;
    const keys = { seal: new RecordSeal(maskingKey), proof: new PeerProof(maskingKey) };
    this.#works = {
      hsmId,
      replica,
      network: this.#network,
      ...keys,
      changed: () => this.#changed(),
    };
    this.#apply();
  }

  /** The seal and proof of this cluster; undefined before `unlock`. */
  get works(): LinkContext | undefined {
    return this.#works;
  }

  /** The whole list, each time. */
  set(peers: readonly Peer[]): void {
    this.#options.database.putSetting('peers', peers);
    this.#wanted = peers;
    this.#apply();
  }

  /** All, whether they can be reached or not. */
  get known(): readonly string[] {
    return this.#wanted.map(({ hsmId }) => hsmId);
  }

  get linked(): readonly string[] {
    return [...this.#keepers.values()]
      .filter((keeper) => keeper.linked)
      .map((keeper) => keeper.address.hsmId);
  }

  /**
   * Sends records to all peers that can be reached; resolves to the number of HSMs that hold them, this one included, as
   * soon as `enough` do or all peers have answered.
   */
  async spread(records: readonly SequencedRecord[], enough = Infinity): Promise<number> {
    const works = this.#works;
    if (!works) return 1;
    const sealed = records.map((record) => works.seal.seal(record));
    let copies = 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    const pushes = [...this.#keepers.values()].map(async (keeper) => {
      if (await keeper.push(sealed)) copies += 1;
      if (copies >= enough) resolve();
    });
    await Promise.race([promise, Promise.all(pushes)]);
    return copies;
  }

  /** On how many HSMs of the cluster a record is, as far as known here. */
  coverage(kind: RecordKind, id: string): Coverage {
    const sequence = this.#options.replica.sequenceOf(kind, id) ?? Infinity;
    return this.#countHolders((keeper) => keeper.holds(sequence));
  }

  /** How many HSMs of the cluster hold all that this one holds. */
  get fullCoverage(): Coverage {
    const { head } = this.#options.replica;
    return this.#countHolders((keeper) => keeper.confirmed >= head);
  }

  /** Resolves, after a while at most, to whether all linked peers, and one at least, hold all that this HSM holds. */
  async covered(): Promise<boolean> {
    // An HSM that never got to join holds nothing.
    if (this.#options.replica.head === 0) return true;
    const waiting = new AbortController();
    for (let waited = 0; waited < COVERED_TIMEOUT; waited += COVERED_POLL) {
      const { head } = this.#options.replica;
      const linked = [...this.#keepers.values()].filter((keeper) => keeper.linked);
      if (linked.length > 0 && linked.every(({ confirmed }) => confirmed >= head)) return true;
      await this.#network.pause(COVERED_POLL, waiting.signal);
    }
    return false;
  }

  /** Sessions of a user on all reachable peers. */
  async sessionsOf(username: string): Promise<number> {
    const counts = await Promise.all(
      [...this.#keepers.values()].map((keeper) => keeper.sessionsOf(username)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A peer has linked to this HSM anew. */
  greeted(hsmId: string, caller: object): void {
    this.#callers.set(hsmId, caller);
    this.#keepers.get(hsmId)?.greeted();
  }

  /** A peer said that it has stored all of this HSM's records up to `sequence`. */
  confirm(hsmId: string, caller: object, sequence: number): void {
    if (this.#callers.get(hsmId) === caller) this.#keepers.get(hsmId)?.confirm(sequence);
  }

  /** Resolves when this HSM is level with each peer or found it out of reach: before, an old password might still seem right. */
  async settled(): Promise<void> {
    const waiting = new AbortController();
    const tried = Promise.all([...this.#keepers.values()].map((keeper) => keeper.tried));
    await Promise.race([this.#network.pause(CATCH_UP_TIMEOUT, waiting.signal), tried]);
    waiting.abort();
  }

  close(): void {
    for (const keeper of this.#keepers.values()) keeper.close();
    this.#keepers.clear();
  }

  #countHolders(holds: (keeper: PeerKeeper) => boolean): Coverage {
    const holders = [...this.#keepers.values()].filter(holds);
    return { on: 1 + holders.length, of: 1 + this.#wanted.length };
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
      if (!this.#keepers.has(peer.hsmId))
        this.#keepers.set(peer.hsmId, new PeerKeeper(peer, this.#works));
    }
    this.#changed();
  }

  #changed(): void {
    const standings = [...this.#keepers.values()].map(({ standing }) => standing);
    const settled = standings.every((standing) => standing !== 'untried' && standing !== 'linked');
    if (settled && standings.includes('level-synchronized')) this.#options.caughtUp();
    this.#options.changed();
  }
}
