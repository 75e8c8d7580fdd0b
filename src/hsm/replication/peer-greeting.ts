import {
  deriveKey,
  equalBytes,
  hmacSha256,
  secretKey,
  type SecretKey,
} from '../../crypto/index.ts';
import { HsmError } from '../wire/index.ts';
import type { Admission, ChannelBinding, PeerHello } from './peer-protocol.ts';

/**
 * - `member`: this HSM holds the member's record.
 * - `removed`: the HSM was a member, or was refused. It can never be a member again.
 * - `unknown`: this HSM holds no record of it.
 */
export type Standing = 'member' | 'removed' | 'unknown';

/** The members of the cluster, as far as links depend on them. */
export interface PeerMembership {
  /** Admission of this HSM. Undefined if it is not a member. */
  readonly admission: Admission | undefined;
  standing(hsmId: string): Standing;
  /** Signs data with this HSM's hardware key. */
  sign(data: Uint8Array): Uint8Array;
  /**
   * Returns whether the signature was made with the hardware key of this member. For an HSM whose
   * record has not arrived yet, its `admission` must be signed by a member.
   */
  verify(hsmId: string, data: Uint8Array, signature: Uint8Array, admission: unknown): boolean;
}

export type Side = 'caller' | 'answerer';

const EXPORTER = 'EXPORTER-keyhold-peer';
const BINDING_BYTES = 32;

/**
 * Greeting between two HSMs: each proves, on one connection, that it holds the cluster's masking
 * key and the hardware key of a member. The masking key alone does not suffice, because backups
 * contain it.
 */
export class PeerGreeting {
  readonly #hsmId: string;
  readonly #key: SecretKey;
  readonly #membership: PeerMembership;

  constructor(hsmId: string, maskingKey: Uint8Array, membership: PeerMembership) {
    this.#hsmId = hsmId;
    this.#key = secretKey(
      deriveKey(secretKey(maskingKey), 'keyhold peer link', Buffer.alloc(0), 32),
    );
    this.#membership = membership;
  }

  /**
   * Creates this HSM's greeting. It is bound to the keys of the connection, so a replayed or
   * relayed greeting is worthless on another one.
   */
  make(channel: ChannelBinding, side: Side): PeerHello {
    const statement = statementOf(channel, side, this.#hsmId);
    const { admission } = this.#membership;
    return {
      hsmId: this.#hsmId,
      proof: hmacSha256(this.#key, statement),
      signature: this.#membership.sign(statement),
      ...(admission && { admission }),
    };
  }

  /**
   * Verifies a greeting of an unauthenticated HSM. Returns its HSM ID.
   *
   * @throws HsmError `not-a-member` if the HSM was removed, `not-permitted` if a proof is invalid.
   */
  check(channel: ChannelBinding, side: Side, hello: unknown): string {
    const { hsmId, proof, signature, admission }: Partial<Record<keyof PeerHello, unknown>> =
      Object(hello);
    if (
      typeof hsmId !== 'string' ||
      !(proof instanceof Uint8Array) ||
      !(signature instanceof Uint8Array)
    )
      throw new HsmError('not-permitted');
    const statement = statementOf(channel, side, hsmId);
    // First the cheap check: only holders of the masking key can cause a signature verification.
    if (!equalBytes(proof, hmacSha256(this.#key, statement)))
      throw new HsmError('not-permitted', `${hsmId} does not hold the cluster's masking key`);
    if (this.#membership.standing(hsmId) === 'removed') throw notAMember(hsmId);
    if (!this.#membership.verify(hsmId, statement, signature, admission))
      throw new HsmError('not-permitted', `${hsmId} does not hold the hardware key of a member`);
    return hsmId;
  }
}

export function notAMember(hsmId: string): HsmError {
  return new HsmError('not-a-member', `${hsmId} was removed from the cluster`);
}

function statementOf(channel: ChannelBinding, side: Side, hsmId: string): Buffer {
  return Buffer.concat([
    Buffer.from(`keyhold peer greeting/${side}/${hsmId}/`),
    channel.exportKeyingMaterial(BINDING_BYTES, EXPORTER, Buffer.alloc(0)),
  ]);
}
