import { assertInvariant } from '../../base/index.ts';
import type { Coverage, Peer } from '../wire/index.ts';
import type { LinkContext } from './link-context.ts';
import { PeerGreeting, type PeerMembership } from './peer-greeting.ts';
import type { TokenSpending } from './peer-protocol.ts';
import type { PeerNetwork } from './peer-network.ts';
import { PeerLink } from './peer-link.ts';
import type { RecordKind } from './record.ts';
import { RecordSeal } from './record-seal.ts';
import type { Replica, SequencedRecord } from './replica.ts';
import { tlsNetwork } from './tls-network.ts';

/** Maximum time that an HSM waits for its peers after its start before it answers clients. */
const INITIAL_SYNC_TIMEOUT_MS = 2_000;

/** Maximum time for peers to acknowledge everything that this HSM holds. */
const FULL_REPLICATION_TIMEOUT_MS = 2_000;
const FULL_REPLICATION_POLL_INTERVAL_MS = 50;

export interface PeersOptions {
  readonly hsmId: string;
  readonly database: {
    setting(name: string): unknown;
    putSetting(name: string, value: unknown): void;
  };
  readonly replica: Replica;
  readonly membership: PeerMembership;
  readonly network?: PeerNetwork;
  /** Called when the state of a link has changed. */
  readonly onStateChange: () => void;
  /**
   * Called when this HSM is in sync with all reachable peers, and one of them is synchronized
   * itself. May be called repeatedly.
   */
  readonly onSynchronized: () => void;
}

/** The other HSMs of the cluster. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #network: PeerNetwork;
  #linkContext: LinkContext | undefined;
  #wanted: readonly Peer[];
  readonly #links = new Map<string, PeerLink>();
  /**
   * The service that answered each peer's latest hello. Only its acknowledgements say what the peer
   * holds now.
   */
  readonly #latestServices = new Map<string, object>();

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#network = options.network ?? tlsNetwork;
    this.#wanted = (options.database.setting('peers') ?? []) as readonly Peer[];
  }

  /** Supplies the cluster's masking key, without which there are no links. */
  unlock(maskingKey: Uint8Array): void {
    const { hsmId, replica, membership } = this.#options;
    this.#linkContext = {
      replica,
      network: this.#network,
      seal: new RecordSeal(maskingKey),
      greeting: new PeerGreeting(hsmId, maskingKey, membership),
      onStateChange: () => this.#onStateChange(),
    };
    this.#adjustLinks();
  }

  /** The context of the links; undefined before `unlock`. */
  get linkContext(): LinkContext | undefined {
    return this.#linkContext;
  }

  /** Replaces the list of peers. */
  set(peers: readonly Peer[]): void {
    this.#options.database.putSetting('peers', peers);
    this.#wanted = peers;
    this.#adjustLinks();
  }

  /** Closes the links to HSMs that have been removed from the cluster. */
  membersChanged(): void {
    this.#adjustLinks();
  }

  /** Reason for which peers reject this HSM, as stated by one of them. */
  get refusal(): string | undefined {
    const link = [...this.#links.values()].find(({ refusal }) => refusal !== undefined);
    return link && `${link.address.hsmId} rejects this HSM: ${link.refusal}`;
  }

  /** IDs of all peers, reachable or not. */
  get known(): readonly string[] {
    return this.#wanted.map(({ hsmId }) => hsmId);
  }

  get connected(): readonly string[] {
    return [...this.#links.values()]
      .filter((link) => link.connected)
      .map((link) => link.address.hsmId);
  }

  /**
   * Sends records to all connected peers. Resolves to the number of HSMs that hold them, including
   * this one, as soon as there are `enough` or all peers have answered.
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

  /** Returns on how many HSMs of the cluster a record is, as far as this HSM knows. */
  coverage(kind: RecordKind, id: string): Coverage {
    const sequence = this.#options.replica.sequenceOf(kind, id) ?? Infinity;
    return this.#countHolders((link) => link.holds(sequence));
  }

  /** Number of HSMs of the cluster that hold everything that this one holds. */
  get fullCoverage(): Coverage {
    const { head } = this.#options.replica;
    return this.#countHolders((link) => link.acknowledgedUpTo >= head);
  }

  /**
   * Resolves to whether all connected peers, and at least one, have acknowledged everything that
   * this HSM holds. Resolves to false after a timeout.
   */
  async waitForFullReplication(): Promise<boolean> {
    // An HSM that never joined holds nothing.
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

  /** Resolves to the number of sessions that a user has on all reachable peers. */
  async sessionsOf(username: string): Promise<number> {
    const counts = await Promise.all(
      [...this.#links.values()].map((link) => link.sessionsOf(username)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Resolves to whether a peer has spent a token that it created. Resolves to undefined if the peer
   * did not answer: it may have spent the token.
   */
  async spendToken(hsmId: string, spending: TokenSpending): Promise<boolean | undefined> {
    return this.#links.get(hsmId)?.spendToken(spending);
  }

  /** Called when a peer has connected to this HSM. */
  onPeerHello(hsmId: string, caller: object): void {
    this.#latestServices.set(hsmId, caller);
    this.#links.get(hsmId)?.onPeerHello();
  }

  /**
   * Called when a peer acknowledges that it has stored all of this HSM's records up to `sequence`.
   */
  acknowledge(hsmId: string, caller: object, sequence: number): void {
    assertInvariant(
      sequence <= this.#options.replica.head,
      'a peer acknowledges only records that this HSM holds',
    );
    if (this.#latestServices.get(hsmId) === caller) this.#links.get(hsmId)?.acknowledge(sequence);
  }

  /**
   * Resolves when this HSM is in sync with each peer or could not reach it. Before that, a password
   * that was changed elsewhere could still be accepted here.
   */
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
    // An HSM that waits for its admission is not expected to hold anything.
    const members = this.#wanted.filter(
      ({ hsmId }) => this.#options.membership.standing(hsmId) === 'member',
    );
    return { on: 1 + holders.length, of: 1 + members.length };
  }

  #adjustLinks(): void {
    if (!this.#linkContext) return;
    const wanted = new Map(this.#wantedLinks().map((peer) => [peer.hsmId, peer]));
    for (const [hsmId, link] of this.#links) {
      const peer = wanted.get(hsmId);
      if (peer?.host === link.address.host && peer.port === link.address.port) continue;
      this.#endLink(link, this.#linkContext);
      this.#links.delete(hsmId);
    }
    for (const peer of wanted.values()) {
      if (!this.#links.has(peer.hsmId))
        this.#links.set(peer.hsmId, new PeerLink(peer, this.#linkContext));
    }
    this.#onStateChange();
  }

  /**
   * Peers that are linked. An HSM without a record is tried as well: it may hold the record that is
   * missing here, and can show its admission.
   */
  #wantedLinks(): readonly Peer[] {
    const { hsmId: own, membership } = this.#options;
    if (membership.standing(own) === 'removed') return [];
    return this.#wanted.filter(({ hsmId }) => membership.standing(hsmId) !== 'removed');
  }

  #endLink(link: PeerLink, { replica, seal }: LinkContext): void {
    const removal = replica.read('member', link.address.hsmId);
    if (removal?.deleted) void link.dismiss(seal.seal(removal));
    else link.close();
  }

  #onStateChange(): void {
    const states = [...this.#links.values()].map(({ state }) => state);
    const tried = states.every((state) => state !== 'untried' && state !== 'comparing');
    if (tried && states.includes('synchronized')) this.#options.onSynchronized();
    this.#options.onStateChange();
  }
}
