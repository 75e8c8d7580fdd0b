import type { KeyObject } from 'node:crypto';
import { sha256Hex } from './hash.ts';
import { signSha256, verifySha256 } from './plain-signature.ts';

/** What stands before the first entry of a log. */
export const GENESIS = '0'.repeat(64);

type Field = string | number | undefined;

/** One entry of a log in which each entry's hash covers the hash before it. */
export interface LogEntry {
  /** From 0, without gaps. */
  readonly sequence: number;
  /** All that the entry says, in a fixed order; the sequence is one of them. */
  readonly fields: readonly Field[];
  /** Hex. */
  readonly hash: string;
  /** In an entry that vouches for all before it: for what kind of log, and the signature in base64. */
  readonly checkpoint?: { readonly purpose: string; readonly signature: string } | undefined;
}

export type LogFault = 'gap' | 'hash' | 'signature';

/** Hex SHA-256 over the previous hash and the fields, as a JSON array with null for what is missing. */
export function chainHash(previous: string, fields: readonly Field[]): string {
  return sha256Hex(JSON.stringify([previous, ...fields]));
}

/** Vouches for the log whose last hash is `previous` and whose next entry gets this `sequence`; base64. */
export function signCheckpoint(
  privateKey: KeyObject,
  purpose: string,
  sequence: number,
  previous: string,
): string {
  return signSha256(privateKey, statement(purpose, sequence, previous)).toString('base64');
}

/** Follows a log from its first entry, one at a time, so that its length does not matter. */
export class LogVerifier {
  readonly #publicKey: KeyObject;
  #previous = GENESIS;
  #length = 0;
  #signed = 0;

  constructor(publicKey: KeyObject) {
    this.#publicKey = publicKey;
  }

  /** Entries that were right so far. */
  get length(): number {
    return this.#length;
  }

  /** Entries from the first on that a checkpoint vouches for. What comes after them could have been cut off or made up. */
  get signed(): number {
    return this.#signed;
  }

  /** What is wrong with the next entry; undefined if nothing is. */
  take({ sequence, fields, hash, checkpoint }: LogEntry): LogFault | undefined {
    if (sequence !== this.#length) return 'gap';
    if (chainHash(this.#previous, fields) !== hash) return 'hash';
    if (checkpoint) {
      const signature = Buffer.from(checkpoint.signature, 'base64');
      if (
        !verifySha256(
          this.#publicKey,
          statement(checkpoint.purpose, sequence, this.#previous),
          signature,
        )
      )
        return 'signature';
      this.#signed = sequence + 1;
    }
    this.#previous = hash;
    this.#length += 1;
    return undefined;
  }
}

function statement(purpose: string, sequence: number, previous: string): Buffer {
  return Buffer.from(`${purpose}\n${sequence}\n${previous}`);
}
