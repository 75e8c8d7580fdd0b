import { assertInvariant } from '../../base/index.ts';
import { equalBytes } from '../../crypto/index.ts';
import type { Change, Replica, ReplicaRecord } from '../replication/index.ts';
import {
  decodeApprovalData,
  quorumServices,
  tokenServices,
  type QuorumService,
  type TokenService,
} from '../wire/index.ts';
import { isApprovalDataOf } from './approval-data.ts';
import { assertQuorumValue } from './signatures.ts';

/** Lifetime of a token, in milliseconds. */
export const TOKEN_LIFETIME_MS = 600_000;

/** A token that has not been used. Each user has at most one per service. */
export interface Token {
  readonly service: TokenService;
  readonly username: string;
  readonly approvalData: Uint8Array;
  readonly createdAt: number;
  readonly keyHandle?: string;
  /** SHA-256 of the operation's text, if the token is for one operation only. */
  readonly operation?: Uint8Array;
  /** Run of the HSM that created the token, and the only one that can spend it. */
  readonly maker: string;
}

type TokenBody = Omit<Token, 'service' | 'username'>;

/**
 * The cluster's quorum values and live tokens, the same on all HSMs. All HSMs list a token, but
 * only the run of the HSM that created it can spend it: two HSMs, or one whose database was set
 * back, would otherwise accept the same approval twice.
 */
export class Quorum {
  readonly #replica: Replica;
  readonly #values = new Map<string, number>();
  readonly #tokens = new Map<string, Token>();

  constructor(replica: Replica) {
    this.#replica = replica;
    replica.subscribe('setting', (record) => this.#take(record));
  }

  /**
   * Returns the number of approvals that the service needs, counting the caller. With 1, no quorum
   * is needed.
   */
  value(service: QuorumService): number {
    const value = this.#values.get(service) ?? 1;
    assertQuorumValue(value);
    return value;
  }

  values(): Record<QuorumService, number> {
    return {
      user: this.value('user'),
      quorum: this.value('quorum'),
      'key-deletion': this.value('key-deletion'),
      backup: this.value('backup'),
      restore: this.value('restore'),
    };
  }

  token(username: string, service: TokenService): Token | undefined {
    return this.#tokens.get(tokenId(username, service));
  }

  /**
   * Spends the token of this approval data. Returns false, and does nothing, unless this run of
   * this HSM created the token, and it was not spent, replaced or deleted, and has not expired.
   * `write` must write the change to the replica before it returns. The change may reach the peers
   * later.
   */
  spend(approvalData: Uint8Array, now: number, write: (change: Change) => void): boolean {
    const approved = decodeApprovalData(approvalData);
    const token = approved && this.token(approved.username, approved.service);
    if (
      token?.maker !== this.#replica.writer ||
      !equalBytes(token.approvalData, approvalData) ||
      now > token.createdAt + TOKEN_LIFETIME_MS
    )
      return false;
    write(Quorum.removeToken(token));
    assertInvariant(
      this.token(token.username, token.service) !== token,
      'a quorum token is consumed before its command runs',
    );
    return true;
  }

  tokens(): Token[] {
    return [...this.#tokens.values()];
  }

  /** Returns the change that sets a service's quorum value. */
  static put(service: QuorumService, value: number): Change {
    return { kind: 'setting', id: `quorum/${service}`, body: value };
  }

  /**
   * Returns the change that gives a user a token, in place of any previous one for the same
   * service.
   */
  static putToken(token: Token): Change {
    const { username, service, ...body } = token;
    assertInvariant(
      isApprovalDataOf(token.approvalData, token),
      'what approvers sign names the service, user, key, operation and maker of the token',
    );
    return { kind: 'setting', id: tokenId(username, service), body: body satisfies TokenBody };
  }

  static removeToken({ username, service }: Token): Change {
    return { kind: 'setting', id: tokenId(username, service) };
  }

  #take({ id, deleted, body }: ReplicaRecord): void {
    const [kind, name = '', last = ''] = id.split('/');
    if (kind === 'quorum') {
      if (deleted || !isOneOf(quorumServices, name)) this.#values.delete(name);
      else this.#values.set(name, body as number);
    } else if (kind === 'quorum-token') {
      if (deleted || !isOneOf(tokenServices, last)) this.#tokens.delete(id);
      else this.#tokens.set(id, { service: last, username: name, ...(body as TokenBody) });
    }
  }
}

function tokenId(username: string, service: TokenService): string {
  return `quorum-token/${username}/${service}`;
}

function isOneOf<T extends string>(values: readonly T[], value: string): value is T {
  return values.some((one) => one === value);
}
