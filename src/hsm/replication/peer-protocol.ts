import type { TLSSocket } from 'node:tls';
import { deriveKey, equalBytes, hmacSha256, secretKey, type SecretKey } from '../../crypto/index.ts';
import type { SealedRecord } from './record-seal.ts';

interface Exchange<In, Out> {
  readonly in: In;
  readonly out: Out;
}

/** What HSMs of one cluster say to each other, on the same port and in the same frames as clients do. */
export interface PeerCommands {
  /** First: each side proves that it holds the masking key, on this very TLS connection. */
  peerHello: Exchange<
    { readonly hsmId: string; readonly proof: Uint8Array },
    { readonly hsmId: string; readonly proof: Uint8Array; readonly synchronized: boolean }
  >;
  /** Records in the answerer's order; asking after N also says that all up to N has been stored. */
  pull: Exchange<{ readonly after: number; readonly limit: number }, { readonly records: readonly SealedRecord[] }>;
  /** Answered when they are on disk. */
  push: Exchange<{ readonly records: readonly SealedRecord[] }, Readonly<Record<string, never>>>;
  sessionsOf: Exchange<{ readonly username: string }, { readonly count: number }>;
}
export type PeerCommandName = keyof PeerCommands;

const EXPORTER = 'EXPORTER-keyhold-peer';

/** Proves to a peer, on one TLS connection, that one holds the cluster's masking key. */
export class PeerProof {
  readonly #key: SecretKey;

  constructor(maskingKey: Uint8Array) {
    this.#key = secretKey(deriveKey(secretKey(maskingKey), 'keyhold peer link', Buffer.alloc(0), 32));
  }

  /** Bound to the connection's own keys: what is replayed or relayed on another connection proves nothing. */
  make(socket: TLSSocket, side: 'caller' | 'answerer', hsmId: string): Buffer {
    const binding = socket.exportKeyingMaterial(32, EXPORTER, Buffer.alloc(0));
    return hmacSha256(this.#key, Buffer.concat([Buffer.from(`${side}/${hsmId}/`), binding]));
  }

  check(socket: TLSSocket, side: 'caller' | 'answerer', hsmId: string, proof: unknown): boolean {
    return proof instanceof Uint8Array && equalBytes(proof, this.make(socket, side, hsmId));
  }
}
