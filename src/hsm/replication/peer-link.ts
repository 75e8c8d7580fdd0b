import { HsmError, type Peer } from '../wire/index.ts';
import type { PeerChannel } from './peer-network.ts';
import type { LinkContext } from './link-context.ts';
import { fetchMissing } from './anti-entropy.ts';
import type { SealedRecord } from './record-seal.ts';

const PULL_INTERVAL_MS = 500;
/** Pulls between two comparisons of digests on a link that lasts: about a minute. */
const PULLS_PER_COMPARISON = 120;
const RECONNECT_DELAY_MIN_MS = 50;
const RECONNECT_DELAY_MAX_MS = 1_000;
/** Pushed records remembered until the peer's next pull confirms them; what is forgotten is only under-reported. */
const MAX_ACKNOWLEDGED_SEQUENCES = 10_000;

/**
 * State of a link, as far as this HSM follows the peer:
 * - `untried`: the first attempt to connect has not ended.
 * - `unreachable`: there is no connection.
 * - `comparing`: there is a connection, and the two HSMs are being compared.
 * - `in-sync`: this HSM holds all that the peer held when they were last compared.
 * - `synchronized`: the same, and the peer was synchronized with the cluster itself, so this HSM is too.
 */
export type LinkState = 'untried' | 'unreachable' | 'comparing' | 'in-sync' | 'synchronized';

/** Keeps one peer linked, takes what it has, and knows how much of this HSM's state it holds. */
export class PeerLink {
  readonly address: Peer;
  /** Settles when this HSM first is in sync with the peer or the first attempt to link has failed. */
  readonly initialSync: Promise<void>;
  readonly #context: LinkContext;
  #stopped = false;
  /** Whether the last attempt to link got as far as a connection. */
  #reachable = false;
  /** Ends the pause between two attempts to link. */
  #pausing = new AbortController();
  readonly #endInitialSync: () => void;
  #state: LinkState = 'untried';
  #channel: PeerChannel | undefined;
  #acknowledgedUpTo = 0;
  /** Sequences beyond that of records which the peer holds besides. */
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

  get connected(): boolean {
    return this.#channel !== undefined;
  }

  /** The peer holds all of this HSM's records up to this sequence. */
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

  /** The peer has linked anew, maybe without what it held before: what it holds is unknown until it pulls. */
  onPeerHello(): void {
    this.#acknowledgedUpTo = 0;
    this.#acknowledgedBeyond.clear();
    // It can be reached, then; but a link that failed for another reason would only fail again.
    if (!this.#reachable) this.#pausing.abort();
  }

  /** Whether the peer has the records on its disk; false if it can't be asked. */
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

  /** Sessions that a user has on the peer; 0 if it can't be asked. */
  async sessionsOf(username: string): Promise<number> {
    try {
      return (await this.#channel?.call('sessionsOf', { username }))?.count ?? 0;
    } catch {
      return 0;
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
      // A link that never got in sync would fail again at once: a full disk, a damaged record.
      pause = (await this.#linkOnce())
        ? RECONNECT_DELAY_MIN_MS
        : Math.min(pause * 2, RECONNECT_DELAY_MAX_MS);
      this.#channel = undefined;
      this.#setState('unreachable');
      this.#endInitialSync();
      if (this.#stopped) return;
      this.#pausing = new AbortController();
      await this.#context.network.pause(pause, this.#pausing.signal);
    }
  }

  /** Lives as long as the link does; resolves to whether this HSM got in sync with the peer. */
  async #linkOnce(): Promise<boolean> {
    let inSync = false;
    let channel: PeerChannel | undefined;
    this.#reachable = false;
    try {
      channel = await this.#context.network.open(this.address);
      this.#reachable = true;
      await this.#exchangeHello(channel);
      if (this.#stopped) throw new Error('closed');
      // Before the comparison, so that nothing is written between the two without being pushed.
      this.#channel = channel;
      this.#setState('comparing');
      const gone = goneSignal(channel);
      for (;;) {
        const { head, synchronized } = await fetchMissing(this.#context, channel.call);
        const after = await this.#pullAfter(channel, head);
        inSync = true;
        this.#setState(synchronized ? 'synchronized' : 'in-sync');
        this.#endInitialSync();
        // Until the peer is synchronized itself, being in sync with it says nothing about the cluster: ask again soon.
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

  /** Each side proves to be an HSM of this cluster. */
  async #exchangeHello(channel: PeerChannel): Promise<void> {
    const { hsmId, proof } = this.#context;
    const answer = await channel.call('peerHello', {
      hsmId,
      proof: proof.make(channel.binding, 'caller', hsmId),
    });
    const genuine =
      answer.hsmId === this.address.hsmId &&
      proof.check(channel.binding, 'answerer', answer.hsmId, answer.proof);
    if (!genuine) throw new HsmError('not-permitted', 'the peer is another');
  }

  /** Pulls what is new, so many times. Throws when the link is gone. */
  async #follow(
    channel: PeerChannel,
    { after, gone, pulls }: { after: number; gone: AbortSignal; pulls: number },
  ): Promise<void> {
    for (let pull = 0, last = after; pull < pulls; pull += 1) {
      if (await this.#context.network.pause(PULL_INTERVAL_MS, gone))
        throw new Error('the link is gone');
      last = await this.#pullAfter(channel, last);
    }
  }

  /** Pulls all after a sequence of the peer's order; resolves to the sequence up to which that has been done. */
  async #pullAfter(channel: PeerChannel, sequence: number): Promise<number> {
    const { replica, seal } = this.#context;
    let after = sequence;
    for (;;) {
      const { records } = await channel.call('pull', { after });
      const last = records.at(-1);
      // Asked once more after the last ones: the question tells the peer that they are stored.
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

function goneSignal({ closed }: PeerChannel): AbortSignal {
  const controller = new AbortController();
  void closed.then(() => controller.abort());
  return controller.signal;
}
