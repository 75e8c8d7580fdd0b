import {
  deriveKey,
  equalBytes,
  hmacSha256,
  secretKey,
  type SecretKey,
} from '../../crypto/index.ts';
import type { SealedRecord } from './record-seal.ts';
import type { Rank, RecordName } from './record.ts';

interface Exchange<In, Out> {
  readonly in: In;
  readonly out: Out;
}

/** What HSMs of one cluster say to each other, on the same port and in the same frames as clients do. */
export interface PeerCommands {
  /** First: each side proves that it holds the masking key, on this very connection. */
  peerHello: Exchange<
    { readonly hsmId: string; readonly proof: Uint8Array },
    { readonly hsmId: string; readonly proof: Uint8Array }
  >;
  /**
   * Compares all records. `head` is the sequence of the answerer's newest; `branches` is empty if the digests are equal.
   * `synchronized`: whether the answerer holds all that the cluster held when it joined.
   */
  compare: Exchange<
    { readonly digest: Uint8Array },
    { readonly head: number; readonly synchronized: boolean; readonly branches: Uint8Array }
  >;
  /** The digests of the leaves of each of these branches. */
  leaves: Exchange<
    { readonly branches: readonly number[] },
    { readonly digests: readonly Uint8Array[] }
  >;
  /** What is in leaves, without bodies; of the first `answered` of them only, where all would be too long. */
  list: Exchange<
    { readonly leaves: readonly number[] },
    { readonly records: readonly (RecordName & Rank)[]; readonly answered: number }
  >;
  /** Those of the records that there are; of the first `answered` of the names only, where all would be too long. */
  fetch: Exchange<
    { readonly names: readonly RecordName[] },
    { readonly records: readonly SealedRecord[]; readonly answered: number }
  >;
  /** The next records in the answerer's order, none if there are no more. Asking after N also says that all up to N is on the asker's disk. */
  pull: Exchange<{ readonly after: number }, { readonly records: readonly SealedRecord[] }>;
  /** Answered when they are on disk. */
  push: Exchange<{ readonly records: readonly SealedRecord[] }, Readonly<Record<string, never>>>;
  sessionsOf: Exchange<{ readonly username: string }, { readonly count: number }>;
}
export type PeerCommandName = keyof PeerCommands;

/** Calls to one peer. */
export type CallPeer = <C extends PeerCommandName>(
  command: C,
  input: PeerCommands[C]['in'],
) => Promise<PeerCommands[C]['out']>;

/** What only the two ends of one connection can compute: TLS's exporter (RFC 5705, RFC 8446 §7.5). */
export interface ChannelBinding {
  exportKeyingMaterial(length: number, label: string, context: Buffer): Buffer;
}

export type Side = 'caller' | 'answerer';

const EXPORTER = 'EXPORTER-keyhold-peer';

/** Proves to a peer, on one connection, that one holds the cluster's masking key. */
export class PeerProof {
  readonly #key: SecretKey;

  constructor(maskingKey: Uint8Array) {
    this.#key = secretKey(
      deriveKey(secretKey(maskingKey), 'keyhold peer link', Buffer.alloc(0), 32),
    );
  }

  /** Bound to the connection's own keys: what is replayed or relayed on another connection proves nothing. */
  make(channel: ChannelBinding, side: Side, hsmId: string): Buffer {
    const binding = channel.exportKeyingMaterial(32, EXPORTER, Buffer.alloc(0));
    return hmacSha256(this.#key, Buffer.concat([Buffer.from(`${side}/${hsmId}/`), binding]));
  }

  check(channel: ChannelBinding, side: Side, hsmId: unknown, proof: unknown): hsmId is string {
    return (
      typeof hsmId === 'string' &&
      proof instanceof Uint8Array &&
      equalBytes(proof, this.make(channel, side, hsmId))
    );
  }
}
