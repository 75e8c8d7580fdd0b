import { HsmError } from '../wire/index.ts';
import { listedRecords, fetchedRecords, pulledRecords } from './answers.ts';
import { notAMember, type PeerMembership } from './peer-greeting.ts';
import type {
  ChannelBinding,
  PeerCommandName,
  PeerCommands,
  TokenSpending,
} from './peer-protocol.ts';
import type { LinkContext } from './link-context.ts';
import type { Peers } from './peers.ts';
import type { Replica } from './replica.ts';

const operations: ReadonlySet<string> = new Set<PeerCommandName>([
  'peerHello',
  'compare',
  'leaves',
  'list',
  'fetch',
  'pull',
  'push',
  'sessionsOf',
  'spendToken',
]);

export function isPeerOperation(operation: string): operation is PeerCommandName {
  return operations.has(operation);
}

export interface PeerServiceOptions {
  readonly replica: Replica;
  readonly peers: Peers;
  readonly membership: PeerMembership;
  readonly synchronized: () => boolean;
  readonly sessionsOf: (username: string) => number;
  /** Spends a token of this HSM for the HSM `usedAt`. Returns false if it is not valid. */
  readonly spendToken: (spending: TokenSpending, usedAt: string) => boolean;
}

type Answers = {
  readonly [C in PeerCommandName]: (input: PeerCommands[C]['in']) => PeerCommands[C]['out'];
};

/** Answers one peer, on one connection that the peer opened. */
export class PeerService {
  readonly #options: PeerServiceOptions;
  readonly #channel: ChannelBinding;
  #caller: string | undefined;

  constructor(options: PeerServiceOptions, channel: ChannelBinding) {
    this.#options = options;
    this.#channel = channel;
  }

  /** Returns whether the caller has proved to be an HSM of this cluster, and still is one. */
  get proven(): boolean {
    return this.#caller !== undefined && !this.removed;
  }

  /** Returns whether the caller has been removed from the cluster after its greeting. */
  get removed(): boolean {
    return (
      this.#caller !== undefined && this.#options.membership.standing(this.#caller) === 'removed'
    );
  }

  answer(operation: PeerCommandName, input: unknown): unknown {
    if (operation !== 'peerHello' && !this.proven)
      throw this.removed ? notAMember(this.#caller ?? '') : new HsmError('not-permitted');
    if (typeof input !== 'object' || input === null) throw new HsmError('malformed-request');
    // Input of a proven HSM of this cluster has the shape that the table says. `PeerGreeting`
    // checks the input of unauthenticated callers.
    const answer = this.#answers[operation] as (input: object) => unknown;
    return answer(input);
  }

  readonly #answers: Answers = {
    peerHello: (hello) => this.#hello(hello),
    compare: ({ digest }) => {
      const { head, digests } = this.#options.replica;
      const branches =
        Buffer.compare(digest, digests.root) === 0 ? Buffer.alloc(0) : digests.branches;
      return { head, synchronized: this.#options.synchronized(), branches };
    },
    leaves: ({ branches }) => ({
      digests: branches.map((branch) => this.#options.replica.digests.leavesOf(branch)),
    }),
    list: ({ leaves }) => listedRecords(this.#options.replica, leaves),
    fetch: ({ names }) => fetchedRecords(this.#linkContext, names),
    pull: ({ after }) => {
      this.#options.peers.acknowledge(this.#caller ?? '', this, after);
      return pulledRecords(this.#linkContext, after);
    },
    push: ({ records }) => {
      const { replica, seal } = this.#linkContext;
      replica.receive(records.map((record) => seal.open(record)));
      return {};
    },
    sessionsOf: ({ username }) => ({ count: this.#options.sessionsOf(username) }),
    spendToken: (spending) => ({
      spent: this.#options.spendToken(spending, this.#caller ?? ''),
    }),
  };

  #hello(hello: unknown): PeerCommands['peerHello']['out'] {
    const { greeting } = this.#linkContext;
    this.#caller = greeting.check(this.#channel, 'caller', hello);
    this.#options.peers.onPeerHello(this.#caller, this);
    return greeting.make(this.#channel, 'answerer');
  }

  get #linkContext(): LinkContext {
    const { linkContext } = this.#options.peers;
    if (!linkContext) throw new HsmError('not-permitted');
    return linkContext;
  }
}
