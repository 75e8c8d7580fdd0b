import { HsmError, type Peer } from '../wire/index.ts';
import type { PeerChannel } from './peer-network.ts';
import type { LinkContext } from './link-context.ts';
import { reconcile } from './anti-entropy.ts';
import type { SealedRecord } from './record-seal.ts';

const PULL_INTERVAL = 500;
/** Pulls between two comparisons of digests on a link that lasts: about a minute. */
const PULLS_PER_COMPARISON = 120;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;
/** Pushed records remembered until the peer's next pull confirms them; what is forgotten is only under-reported. */
const MAX_ACKNOWLEDGED = 10_000;

/** `untried`: no attempt to link has ended. `level`: this HSM has all that the peer had when they were compared. */
export type PeerStanding = 'untried' | 'unreachable' | 'linked' | 'level' | 'level-synchronized';

/** Keeps one peer linked, takes what it has, and knows how much of this HSM's state it holds. */
export class PeerKeeper {
  readonly address: Peer;
  /** Settles when this HSM first is level with the peer or the first attempt to link has failed. */
  readonly tried: Promise<void>;
  readonly #works: LinkContext;
  #stopped = false;
  /** Whether the last attempt to link got as far as a connection. */
  #reached = false;
  /** Ends the pause between two attempts to link. */
  #waiting = new AbortController();
  readonly #markTried: () => void;
  #standing: PeerStanding = 'untried';
  #channel: PeerChannel | undefined;
  #confirmed = 0;
  /** Sequences beyond that of records which the peer holds besides. */
  readonly #acknowledged = new Set<number>();

  constructor(address: Peer, works: LinkContext) {
    this.address = address;
    this.#works = works;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.tried = promise;
    this.#markTried = resolve;
    void this.#keep();
  }

  get standing(): PeerStanding {
    return this.#standing;
  }

  get linked(): boolean {
    return this.#channel !== undefined;
  }

  /** The peer holds all of this HSM's records up to this sequence. */
  get confirmed(): number {
    return this.#confirmed;
  }

  holds(sequence: number): boolean {
    return sequence <= this.#confirmed || this.#acknowledged.has(sequence);
  }

  confirm(sequence: number): void {
    this.#confirmed = Math.max(this.#confirmed, sequence);
    for (const one of this.#acknowledged)
      if (one <= this.#confirmed) this.#acknowledged.delete(one);
  }

  /** The peer has linked anew, maybe without what it held before: what it holds is unknown until it pulls. */
  greeted(): void {
    this.#confirmed = 0;
    this.#acknowledged.clear();
    // It can be reached, then; but a link that failed for another reason would only fail again.
    if (!this.#reached) this.#waiting.abort();
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
      if (sequence > this.#confirmed && this.#acknowledged.size < MAX_ACKNOWLEDGED)
        this.#acknowledged.add(sequence);
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
    this.#waiting.abort();
    this.#channel?.close();
    this.#markTried();
  }

  async #keep(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!this.#stopped) {
      // A link that never got level would fail again at once: a full disk, a damaged record.
      pause = (await this.#linkOnce()) ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      this.#channel = undefined;
      this.#stand('unreachable');
      this.#markTried();
      if (this.#stopped) return;
      this.#waiting = new AbortController();
      await this.#works.network.pause(pause, this.#waiting.signal);
    }
  }

  /** Lives as long as the link does; resolves to whether this HSM got level with the peer. */
  async #linkOnce(): Promise<boolean> {
    let level = false;
    let channel: PeerChannel | undefined;
    this.#reached = false;
    try {
      channel = await this.#works.network.open(this.address);
      this.#reached = true;
      await this.#greet(channel);
      if (this.#stopped) throw new Error('closed');
      // Before the comparison, so that nothing is written between the two without being pushed.
      this.#channel = channel;
      this.#stand('linked');
      const gone = goneSignal(channel);
      for (;;) {
        const { head, synchronized } = await reconcile(this.#works, channel.call);
        const after = await this.#pullAfter(channel, head);
        level = true;
        this.#stand(synchronized ? 'level-synchronized' : 'level');
        this.#markTried();
        // Until the peer is synchronized itself, being level with it says nothing about the cluster: ask again soon.
        await this.#follow(channel, {
          after,
          gone,
          pulls: synchronized ? PULLS_PER_COMPARISON : 1,
        });
      }
    } catch {
      channel?.close();
      return level;
    }
  }

  /** Each side proves to be an HSM of this cluster. */
  async #greet(channel: PeerChannel): Promise<void> {
    const { hsmId, proof } = this.#works;
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
      if (await this.#works.network.pause(PULL_INTERVAL, gone)) throw new Error('the link is gone');
      last = await this.#pullAfter(channel, last);
    }
  }

  /** Pulls all after a sequence of the peer's order; resolves to the sequence up to which that has been done. */
  async #pullAfter(channel: PeerChannel, sequence: number): Promise<number> {
    const { replica, seal } = this.#works;
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

  #stand(standing: PeerStanding): void {
    if (this.#standing === standing) return;
    this.#standing = standing;
    this.#works.changed();
  }
}

function goneSignal({ closed }: PeerChannel): AbortSignal {
  const controller = new AbortController();
  void closed.then(() => controller.abort());
  return controller.signal;
}
