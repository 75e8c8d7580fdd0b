import type { TLSSocket } from 'node:tls';
import { HsmError } from '../wire/index.ts';
import type { PeerCommandName, PeerCommands } from './peer-protocol.ts';
import type { Peers } from './peers.ts';
import type { Replica } from './replica.ts';

const MAX_BATCH = 500;
const operations: ReadonlySet<string> = new Set<PeerCommandName>(['peerHello', 'pull', 'push', 'sessionsOf']);

export function isPeerOperation(operation: string): operation is PeerCommandName {
  return operations.has(operation);
}

export interface PeerServiceOptions {
  readonly hsmId: string;
  readonly replica: Replica;
  readonly peers: Peers;
  readonly synchronized: () => boolean;
  readonly sessionsOf: (username: string) => number;
}

/** Answers one peer on one connection that it opened. */
export class PeerService {
  readonly #options: PeerServiceOptions;
  readonly #socket: TLSSocket;
  #caller: string | undefined;

  constructor(options: PeerServiceOptions, socket: TLSSocket) {
    this.#options = options;
    this.#socket = socket;
  }

  /** Whether the caller has proved to be a peer. */
  get proven(): boolean {
    return this.#caller !== undefined;
  }

  answer(operation: PeerCommandName, input: unknown): unknown {
    if (operation === 'peerHello') return this.#hello(input as PeerCommands['peerHello']['in']);
    if (this.#caller === undefined) throw new HsmError('not-permitted');
    if (operation === 'pull') return this.#pull(this.#caller, input as PeerCommands['pull']['in']);
    if (operation === 'push') return this.#push(input as PeerCommands['push']['in']);
    return { count: this.#options.sessionsOf((input as PeerCommands['sessionsOf']['in']).username) };
  }

  #hello({ hsmId, proof }: PeerCommands['peerHello']['in']): PeerCommands['peerHello']['out'] {
    const works = this.#options.peers.works;
    if (!works?.proof.check(this.#socket, 'caller', hsmId, proof)) throw new HsmError('not-permitted');
    this.#caller = hsmId;
    const own = this.#options.hsmId;
    return { hsmId: own, proof: works.proof.make(this.#socket, 'answerer', own), synchronized: this.#options.synchronized() };
  }

  #pull(caller: string, { after, limit }: PeerCommands['pull']['in']): PeerCommands['pull']['out'] {
    const { peers, replica } = this.#options;
    peers.confirm(caller, after);
    const records = after >= replica.head ? [] : replica.after(after, Math.min(limit, MAX_BATCH));
    return { records: records.map((record) => this.#seal().seal(record)) };
  }

  #push({ records }: PeerCommands['push']['in']): PeerCommands['push']['out'] {
    this.#options.replica.receive(records.map((record) => this.#seal().open(record)));
    return {};
  }

  #seal(): NonNullable<Peers['works']>['seal'] {
    const works = this.#options.peers.works;
    if (!works) throw new HsmError('not-permitted');
    return works.seal;
  }
}
