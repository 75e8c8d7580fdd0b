import type { Role } from '../wire/index.ts';
import type { SealedRecord } from './record-seal.ts';
import type { Rank, RecordName } from './record.ts';

/** Request of one HSM to spend a token of another. */
export interface TokenSpending {
  readonly approvalData: Uint8Array;
  readonly username: string;
  readonly role: Role;
  readonly detail: string;
}

interface Exchange<In, Out> {
  readonly in: In;
  readonly out: Out;
}

/** Proofs that an HSM shows to a peer. */
export interface PeerHello {
  readonly hsmId: string;
  /** Proves that the HSM holds the cluster's masking key. A backup contains it, too. */
  readonly proof: Uint8Array;
  /** Proves that the HSM holds its own hardware key. No backup contains it. */
  readonly signature: Uint8Array;
  /** The HSM's admission, for a peer that has not received its record yet. */
  readonly admission?: Admission;
}

/** Statement of a member, signed with its hardware key, that an HSM is a member as well. */
export interface Admission {
  /** Hardware key of the admitted HSM (SubjectPublicKeyInfo, DER). */
  readonly publicKey: Uint8Array;
  /** ID of the member that made the statement. */
  readonly admittedBy: string;
  readonly signature: Uint8Array;
}

/** Commands between HSMs of one cluster. They use the same port and the same frames as clients. */
export interface PeerCommands {
  /**
   * First command of a connection: each side proves that it is a member of the cluster, on this
   * very connection.
   */
  peerHello: Exchange<PeerHello, PeerHello>;
  /**
   * Compares all records. `head` is the sequence of the answerer's newest record. `branches` is
   * empty if the digests are equal. `synchronized` is true if the answerer holds all that the
   * cluster held when it joined.
   */
  compare: Exchange<
    { readonly digest: Uint8Array },
    { readonly head: number; readonly synchronized: boolean; readonly branches: Uint8Array }
  >;
  /** Returns the digests of the leaves of each of these branches. */
  leaves: Exchange<
    { readonly branches: readonly number[] },
    { readonly digests: readonly Uint8Array[] }
  >;
  /**
   * Returns the records in these leaves, without bodies. If that would be too long, it covers only
   * the first `answered` leaves.
   */
  list: Exchange<
    { readonly leaves: readonly number[] },
    { readonly records: readonly (RecordName & Rank)[]; readonly answered: number }
  >;
  /**
   * Returns those of the named records that exist. If that would be too long, it covers only the
   * first `answered` names.
   */
  fetch: Exchange<
    { readonly names: readonly RecordName[] },
    { readonly records: readonly SealedRecord[]; readonly answered: number }
  >;
  /**
   * Returns the next records in the answerer's order, or none if there are no more. A pull after N
   * also acknowledges that all records up to N are on the caller's disk.
   */
  pull: Exchange<{ readonly after: number }, { readonly records: readonly SealedRecord[] }>;
  /** Sends records. The answer means that they are on disk. */
  push: Exchange<{ readonly records: readonly SealedRecord[] }, Readonly<Record<string, never>>>;
  sessionsOf: Exchange<{ readonly username: string }, { readonly count: number }>;
  /**
   * Spends a quorum token that the answerer created, for a command at the caller. `username`,
   * `role` and `detail` are for the answerer's audit log. `spent` is false if the token is not
   * valid.
   */
  spendToken: Exchange<TokenSpending, { readonly spent: boolean }>;
}
export type PeerCommandName = keyof PeerCommands;

/** Calls a command of one peer. */
export type CallPeer = <C extends PeerCommandName>(
  command: C,
  input: PeerCommands[C]['in'],
) => Promise<PeerCommands[C]['out']>;

/**
 * A value that only the two ends of one connection can compute: TLS's exporter (RFC 5705, RFC 8446
 * §7.5).
 */
export interface ChannelBinding {
  exportKeyingMaterial(length: number, label: string, context: Buffer): Buffer;
}
