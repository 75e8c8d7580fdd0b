import type { Peer } from '../wire/index.ts';

import { PeerLink } from './peer-link.ts';
import type { PeerWorks } from './peers.ts';
import type { SequencedRecord } from './replica.ts';

const PULL_INTERVAL = 500;
const PULL_BATCH = 200;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

/** Keeps one peer linked, pulls what it has, and knows how much of this HSM's state it holds. */
export class PeerKeeper {
  readonly address: Peer;
  /** Settles when the first pull is done or the first attempt to link has failed. */
  readonly tried: Promise<void>;
  readonly #works: PeerWorks;
  readonly #stop = new AbortController();
  readonly #markTried: () => void;
  #link: PeerLink | undefined;
  /** The peer holds all of this HSM's records up to this sequence, and these besides. */
  #confirmed = 0;
  readonly #acknowledged = new Set<number>();

  constructor(address: Peer, works: PeerWorks) {
    this.address = address;
    this.#works = works;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.tried = promise;
    this.#markTried = resolve;
    void this.#keep();
  }

  get linked(): boolean {
    return this.#link !== undefined;
  }

  holds(sequence: number): boolean {
    return sequence <= this.#confirmed || this.#acknowledged.has(sequence);
  }

  confirm(sequence: number): void {
    this.#confirmed = Math.max(this.#confirmed, sequence);
    for (const one of this.#acknowledged) if (one <= this.#confirmed) this.#acknowledged.delete(one);
  }

  /** Whether the peer has the records on its disk; false if it can't be asked. */
  async push(records: readonly SequencedRecord[]): Promise<boolean> {
    try {
      if (!this.#link) return false;
      await this.#link.call('push', { records: records.map((record) => this.#works.seal.seal(record)) });
    } catch {
      return false;
    }
    for (const { sequence } of records) if (sequence > this.#confirmed) this.#acknowledged.add(sequence);
    return true;
  }

  /** Sessions that a user has on the peer; 0 if it can't be asked. */
  async sessionsOf(username: string): Promise<number> {
    try {
      return (await this.#link?.call('sessionsOf', { username }))?.count ?? 0;
    } catch {
      return 0;
    }
  }

  close(): void {
    this.#stop.abort();
    this.#link?.close();
    this.#markTried();
  }

  async #keep(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!this.#stop.signal.aborted) {
      if (await this.#linkOnce()) pause = FIRST_PAUSE;
      this.#markTried();
      await this.#rest(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  /** Lives as long as the link does; resolves to whether there was one. */
  async #linkOnce(): Promise<boolean> {
    const works = this.#works;
    let link: PeerLink;
    try {
      link = await PeerLink.open(this.address, works.hsmId, works.proof);
    } catch {
      return false;
    }
    if (this.#stop.signal.aborted) link.close();
    // Linked before the first pull, so that nothing is written between the two without being pushed.
    this.#link = link;
    works.changed();
    await this.#pullForLong(link);
    this.#link = undefined;
    works.changed();
    return true;
  }

  async #pullForLong(link: PeerLink): Promise<void> {
    const gone = link.closed.then(() => true);
    try {
      for (;;) {
        await this.#pullAll(link);
        this.#markTried();
        if (await Promise.race([gone, this.#rest(PULL_INTERVAL)])) return;
      }
    } catch {
      link.close();
    }
  }

  async #pullAll(link: PeerLink): Promise<void> {
    const { cursors, replica, seal } = this.#works;
    for (;;) {
      const after = cursors.get(this.address.hsmId);
      const { records } = await link.call('pull', { after, limit: PULL_BATCH });
      const last = records.at(-1);
      if (last)
        replica.receive(
          records.map((record) => seal.open(record)),
          () => cursors.put(this.address.hsmId, last.sequence),
        );
      if (records.length < PULL_BATCH) break;
    }
    if (link.synchronized) this.#works.caughtUp();
  }

  /** Resolves to false after `ms`, or at once to true when closed. */
  #rest(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const stopped = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#stop.signal.removeEventListener('abort', stopped);
        resolve(false);
      }, ms);
      this.#stop.signal.addEventListener('abort', stopped, { once: true });
      if (this.#stop.signal.aborted) stopped();
    });
  }
}
