import { HsmError, type Peer } from '../wire/index.ts';
import type { PeerChannel } from './peer-network.ts';
import type { LinkContext } from './link-context.ts';
import { fetchMissing } from './anti-entropy.ts';
import type { TokenSpending } from './peer-protocol.ts';
import type { SealedRecord } from './record-seal.ts';

const PULL_INTERVAL_MS = 500;
/** Number of pulls between two comparisons of digests on an established link: about a minute. */
const PULLS_PER_COMPARISON = 120;
const RECONNECT_DELAY_MIN_MS = 50;
const RECONNECT_DELAY_MAX_MS = 1_000;
/**
 * Maximum number of pushed records that are remembered until the peer's next pull acknowledges
 * them. If more are pushed, coverage is under-reported until then.
 */
const MAX_ACKNOWLEDGED_SEQUENCES = 10_000;

/**
 * State of a link, as far as this HSM follows the peer:
 * - `untried`: the first attempt to connect has not ended.
 * - `unreachable`: there is no connection.
 * - `comparing`: there is a connection, and the two HSMs are being compared.
 * - `in-sync`: this HSM holds all that the peer held when they were last compared.
 * - `synchronized`: in sync, and the peer was synchronized with the cluster itself, so this HSM is
 *   too.
 */
export type LinkState = 'untried' | 'unreachable' | 'comparing' | 'in-sync' | 'synchronized';

/**
 * The link to one peer: reconnects when it is lost, pulls what the peer has, and tracks how much of
 * this HSM's state the peer has acknowledged, that is, holds on its disk.
 */
export class PeerLink {
  readonly address: Peer;
  /**
   * Resolves when this HSM is first in sync with the peer, or the first attempt to connect has
   * failed.
   */
  readonly initialSync: Promise<void>;
  readonly #context: LinkContext;
  #stopped = false;
  /** True if the last attempt reached the peer, whether or not the link was established. */
  #reachable = false;
  /** Ends the pause between two attempts to connect. */
  #pausing = new AbortController();
  readonly #endInitialSync: () => void;
  #state: LinkState = 'untried';
  #refusal: string | undefined;
  #channel: PeerChannel | undefined;
  #acknowledgedUpTo = 0;
  /**
   * Sequences beyond `#acknowledgedUpTo` of records that the peer has acknowledged individually.
   */
  readonly #acknowledgedBeyond = new Set<number>();

  constructor(address: Peer, context: LinkContext) {
    this.address = address;
    this.#context = context;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.initialSync = promise;
    this.#endInitialSync = resolve;
    void this.#keepLinked();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Reason for which the peer rejects this HSM, as stated by the peer. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  get connected(): boolean {
    return this.#channel !== undefined;
  }

  /** The peer has acknowledged all of this HSM's records up to this sequence. */
  get acknowledgedUpTo(): number {
    return this.#acknowledgedUpTo;
  }

  holds(sequence: number): boolean {
    return sequence <= this.#acknowledgedUpTo || this.#acknowledgedBeyond.has(sequence);
  }

  acknowledge(sequence: number): void {
    this.#acknowledgedUpTo = Math.max(this.#acknowledgedUpTo, sequence);
    for (const one of this.#acknowledgedBeyond)
      if (one <= this.#acknowledgedUpTo) this.#acknowledgedBeyond.delete(one);
  }

  /**
   * Called when the peer connects to this HSM. It may have lost data, so nothing counts as
   * acknowledged until it pulls.
   */
  onPeerHello(): void {
    this.#acknowledgedUpTo = 0;
    this.#acknowledgedBeyond.clear();
    // The peer is running, so an unreachable one is tried again at once. A link that failed for
    // another reason would only fail again.
    if (!this.#reachable) this.#pausing.abort();
  }

  /**
   * Sends records to the peer. Resolves to true once they are on its disk, or to false if it cannot
   * be asked.
   */
  async push(records: readonly SealedRecord[]): Promise<boolean> {
    try {
      if (!this.#channel) return false;
      await this.#channel.call('push', { records });
    } catch {
      return false;
    }
    for (const { sequence } of records) {
      if (
        sequence > this.#acknowledgedUpTo &&
        this.#acknowledgedBeyond.size < MAX_ACKNOWLEDGED_SEQUENCES
      )
        this.#acknowledgedBeyond.add(sequence);
    }
    return true;
  }

  /**
   * Resolves to the number of sessions that a user has on the peer, or to 0 if it cannot be asked.
   */
  async sessionsOf(username: string): Promise<number> {
    try {
      return (await this.#channel?.call('sessionsOf', { username }))?.count ?? 0;
    } catch {
      return 0;
    }
  }

  /**
   * Closes the link to an HSM that was removed from the cluster. The HSM gets the `record` that
   * says so first, if it is connected.
   */
  async dismiss(record: SealedRecord): Promise<void> {
    await this.push([record]);
    this.close();
  }

  /**
   * Resolves to whether the peer has spent a token that it created, or to undefined if it did not
   * answer.
   */
  async spendToken(spending: TokenSpending): Promise<boolean | undefined> {
    try {
      return (await this.#channel?.call('spendToken', spending))?.spent;
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#stopped = true;
    this.#pausing.abort();
    this.#channel?.close();
    this.#endInitialSync();
  }

  async #keepLinked(): Promise<void> {
    let pause = RECONNECT_DELAY_MIN_MS;
    while (!this.#stopped) {
      // A link that failed before it was in sync would probably fail again at once, because of a
      // full disk or a damaged record for example.
      pause = (await this.#linkOnce())
        ? RECONNECT_DELAY_MIN_MS
        : Math.min(pause * 2, RECONNECT_DELAY_MAX_MS);
      this.#channel = undefined;
      try {
        this.#setState('unreachable');
      } catch {
        // A listener could not write to the disk. The next change of the state notifies it again.
      }
      this.#endInitialSync();
      if (this.#stopped) return;
      this.#pausing = new AbortController();
      await this.#context.network.pause(pause, this.#pausing.signal);
    }
  }

  /**
   * Connects once and follows the peer until the link is lost. Resolves to whether this HSM was in
   * sync with the peer.
   */
  async #linkOnce(): Promise<boolean> {
    let inSync = false;
    let channel: PeerChannel | undefined;
    this.#reachable = false;
    try {
      channel = await this.#context.network.open(this.address);
      this.#reachable = true;
      await this.#exchangeHello(channel);
      if (this.#stopped) throw new Error('peer link closed');
      // Set before the comparison, so that everything written from here on is pushed.
      this.#channel = channel;
      this.#setState('comparing');
      const gone = goneSignal(channel);
      for (;;) {
        const { head, synchronized } = await fetchMissing(this.#context, channel.call);
        const after = await this.#pullAfter(channel, head);
        inSync = true;
        this.#setState(synchronized ? 'synchronized' : 'in-sync');
        this.#endInitialSync();
        // Being in sync with a peer that is not synchronized itself says nothing about the cluster.
        // Compare again soon.
        await this.#follow(channel, {
          after,
          gone,
          pulls: synchronized ? PULLS_PER_COMPARISON : 1,
        });
      }
    } catch {
      channel?.close();
      return inSync;
    }
  }

  /** Proves to the peer that this HSM belongs to the cluster, and verifies the same of the peer. */
  async #exchangeHello(channel: PeerChannel): Promise<void> {
    const { greeting } = this.#context;
    const answer = await channel
      .call('peerHello', greeting.make(channel.binding, 'caller'))
      .catch((error: unknown) => {
        this.#refusal = refusalIn(error);
        throw error;
      });
    this.#refusal = undefined;
    const hsmId = greeting.check(channel.binding, 'answerer', answer);
    const expected = this.address.hsmId;
    if (hsmId !== expected)
      throw new HsmError(
        'not-permitted',
        `peer identity mismatch: expected ${expected}, got ${hsmId}`,
      );
  }

  /** Pulls new records, `pulls` times. Throws when the link is lost. */
  async #follow(
    channel: PeerChannel,
    { after, gone, pulls }: { after: number; gone: AbortSignal; pulls: number },
  ): Promise<void> {
    for (let pull = 0, last = after; pull < pulls; pull += 1) {
      if (await this.#context.network.pause(PULL_INTERVAL_MS, gone))
        throw new Error('peer link closed');
      last = await this.#pullAfter(channel, last);
    }
  }

  /**
   * Pulls all records after a sequence of the peer's order. Resolves to the sequence of the last
   * one.
   */
  async #pullAfter(channel: PeerChannel, sequence: number): Promise<number> {
    const { replica, seal } = this.#context;
    let after = sequence;
    for (;;) {
      const { records } = await channel.call('pull', { after });
      const last = records.at(-1);
      // The last request, which finds nothing new, tells the peer that its records are stored here.
      if (!last) return after;
      replica.receive(records.map((record) => seal.open(record)));
      after = last.sequence;
    }
  }

  #setState(state: LinkState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#context.onStateChange();
  }
}

/** Returns the reason for which a peer rejects this HSM permanently, if that is the error. */
function refusalIn(error: unknown): string | undefined {
  return error instanceof HsmError && error.code === 'not-a-member' ? error.message : undefined;
}

function goneSignal({ closed }: PeerChannel): AbortSignal {
  const controller = new AbortController();
  void closed.then(() => controller.abort());
  return controller.signal;
}
