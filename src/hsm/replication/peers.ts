import { assertInvariant } from '../../base/index.ts';
import type { Coverage, Peer } from '../wire/index.ts';
import type { LinkContext } from './link-context.ts';
import { PeerProof } from './peer-protocol.ts';
import type { PeerNetwork } from './peer-network.ts';
import { PeerLink } from './peer-link.ts';
import type { RecordKind } from './record.ts';
import { RecordSeal } from './record-seal.ts';
import type { Replica, SequencedRecord } from './replica.ts';
import { tlsNetwork } from './tls-network.ts';

/** Milliseconds that a just started HSM waits for its peers before it answers for itself. */
const INITIAL_SYNC_TIMEOUT_MS = 2_000;

/** Milliseconds that peers get to take over what this HSM holds, and between two looks at whether they have. */
const FULL_REPLICATION_TIMEOUT_MS = 2_000;
const FULL_REPLICATION_POLL_INTERVAL_MS = 50;

export interface PeersOptions {
  readonly hsmId: string;
  readonly database: {
    setting(name: string): unknown;
    putSetting(name: string, value: unknown): void;
  };
  readonly replica: Replica;
  readonly network?: PeerNetwork;
  /** Called when the state of a link has changed. */
  readonly onStateChange: () => void;
  /** All that the reachable peers held is here, and one of them was synchronized itself. May be called again. */
  readonly onSynchronized: () => void;
}

/** The other HSMs of the cluster. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #network: PeerNetwork;
  #linkContext: LinkContext | undefined;
  #wanted: readonly Peer[];
  readonly #links = new Map<string, PeerLink>();
  /** The service that answered each peer's latest hello. Only its acknowledgements say what the peer holds now. */
  readonly #latestServices = new Map<string, object>();

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#network = options.network ?? tlsNetwork;
    this.#wanted = (options.database.setting('peers') ?? []) as readonly Peer[];
  }

  /** Links can be made once the cluster's masking key is here. */
  unlock(maskingKey: Uint8Array): void {
    const { hsmId, replica } = this.#options;
    const keys = { seal: new RecordSeal(maskingKey), proof: new PeerProof(maskingKey) };
    this.#linkContext = {
      hsmId,
      replica,
      network: this.#network,
      ...keys,
      onStateChange: () => this.#onStateChange(),
    };
    this.#adjustLinks();
  }

  /** The seal and proof of this cluster; undefined before `unlock`. */
  get linkContext(): LinkContext | undefined {
    return this.#linkContext;
  }

  /** The whole list, each time. */
  set(peers: readonly Peer[]): void {
    this.#options.database.putSetting('peers', peers);
    this.#wanted = peers;
    this.#adjustLinks();
  }

  /** All, whether they can be reached or not. */
  get known(): readonly string[] {
    return this.#wanted.map(({ hsmId }) => hsmId);
  }

  get connected(): readonly string[] {
    return [...this.#links.values()]
      .filter((link) => link.connected)
      .map((link) => link.address.hsmId);
  }

  /**
   * Sends records to all peers that can be reached; resolves to the number of HSMs that hold them, this one included, as
   * soon as `enough` do or all peers have answered.
   */
  async replicate(records: readonly SequencedRecord[], enough = Infinity): Promise<number> {
    const context = this.#linkContext;
    if (!context) return 1;
    const sealed = records.map((record) => context.seal.seal(record));
    let copies = 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    const pushes = [...this.#links.values()].map(async (link) => {
      if (await link.push(sealed)) copies += 1;
      if (copies >= enough) resolve();
    });
    await Promise.race([promise, Promise.all(pushes)]);
    return copies;
  }

  /** On how many HSMs of the cluster a record is, as far as known here. */
  coverage(kind: RecordKind, id: string): Coverage {
    const sequence = this.#options.replica.sequenceOf(kind, id) ?? Infinity;
    return this.#countHolders((link) => link.holds(sequence));
  }

  /** How many HSMs of the cluster hold all that this one holds. */
  get fullCoverage(): Coverage {
    const { head } = this.#options.replica;
    return this.#countHolders((link) => link.acknowledgedUpTo >= head);
  }

  /** Resolves, after a while at most, to whether all connected peers, and one at least, hold all that this HSM holds. */
  async waitForFullReplication(): Promise<boolean> {
    // An HSM that never got to join holds nothing.
    if (this.#options.replica.head === 0) return true;
    const waiting = new AbortController();
    for (
      let waited = 0;
      waited < FULL_REPLICATION_TIMEOUT_MS;
      waited += FULL_REPLICATION_POLL_INTERVAL_MS
    ) {
      const { head } = this.#options.replica;
      const connected = [...this.#links.values()].filter((link) => link.connected);
      if (
        connected.length > 0 &&
        connected.every(({ acknowledgedUpTo }) => acknowledgedUpTo >= head)
      )
        return true;
      await this.#network.pause(FULL_REPLICATION_POLL_INTERVAL_MS, waiting.signal);
    }
    return false;
  }

  /** Sessions of a user on all reachable peers. */
  async sessionsOf(username: string): Promise<number> {
    const counts = await Promise.all(
      [...this.#links.values()].map((link) => link.sessionsOf(username)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A peer has connected to this HSM anew. */
  onPeerHello(hsmId: string, caller: object): void {
    this.#latestServices.set(hsmId, caller);
    this.#links.get(hsmId)?.onPeerHello();
  }

  /** A peer said that it has stored all of this HSM's records up to `sequence`. */
  acknowledge(hsmId: string, caller: object, sequence: number): void {
    assertInvariant(
      sequence <= this.#options.replica.head,
      'a peer acknowledges only records that this HSM holds',
    );
    if (this.#latestServices.get(hsmId) === caller) this.#links.get(hsmId)?.acknowledge(sequence);
  }

  /** Resolves when this HSM is in sync with each peer or found it out of reach: before, an old password might still seem right. */
  async initialSync(): Promise<void> {
    const waiting = new AbortController();
    const synced = Promise.all([...this.#links.values()].map((link) => link.initialSync));
    await Promise.race([this.#network.pause(INITIAL_SYNC_TIMEOUT_MS, waiting.signal), synced]);
    waiting.abort();
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  #countHolders(holds: (link: PeerLink) => boolean): Coverage {
    const holders = [...this.#links.values()].filter(holds);
    return { on: 1 + holders.length, of: 1 + this.#wanted.length };
  }

  #adjustLinks(): void {
    if (!this.#linkContext) return;
    const wanted = new Map(this.#wanted.map((peer) => [peer.hsmId, peer]));
    for (const [hsmId, link] of this.#links) {
      const peer = wanted.get(hsmId);
      if (peer?.host === link.address.host && peer.port === link.address.port) continue;
      link.close();
      this.#links.delete(hsmId);
    }
    for (const peer of wanted.values()) {
      if (!this.#links.has(peer.hsmId))
        this.#links.set(peer.hsmId, new PeerLink(peer, this.#linkContext));
    }
    this.#onStateChange();
  }

  #onStateChange(): void {
    const states = [...this.#links.values()].map(({ state }) => state);
    const tried = states.every((state) => state !== 'untried' && state !== 'comparing');
    if (tried && states.includes('synchronized')) this.#options.onSynchronized();
    this.#options.onStateChange();
  }
}
