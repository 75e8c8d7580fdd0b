import type { KeyObject } from 'node:crypto';
import { sha256Hex } from './hash.ts';
import { signSha256, verifySha256 } from './plain-signature.ts';

/** Previous hash of a log's first entry. */
export const GENESIS = '0'.repeat(64);

type Field = string | number | undefined;

/** One entry of a hash-chained log. Its hash covers the previous entry's hash. */
export interface LogEntry {
  /** Counts from 0, without gaps. */
  readonly sequence: number;
  /** All contents of the entry, in a fixed order. The sequence is one of them. */
  readonly fields: readonly Field[];
  /** Hex. */
  readonly hash: string;
  /**
   * Set in an entry that signs all previous entries. `purpose` names the log, the signature is in
   * base64.
   */
  readonly checkpoint?: { readonly purpose: string; readonly signature: string } | undefined;
}

/**
 * `gap`: the sequence is not the expected one. `hash`: the hash does not match. `signature`: the
 * checkpoint's signature is invalid.
 */
export type LogFault = 'gap' | 'hash' | 'signature';

/**
 * Returns the hex SHA-256 of the previous hash and the fields, as a JSON array with null for
 * missing fields.
 */
export function chainHash(previous: string, fields: readonly Field[]): string {
  return sha256Hex(JSON.stringify([previous, ...fields]));
}

/**
 * Signs the log whose last hash is `previous` and whose next entry has this `sequence`. Returns
 * base64.
 */
export function signCheckpoint(
  privateKey: KeyObject,
  purpose: string,
  sequence: number,
  previous: string,
): string {
  return signSha256(privateKey, statement(purpose, sequence, previous)).toString('base64');
}

/**
 * Verifies a log entry by entry, from the first on. Its memory use does not depend on the length of
 * the log.
 *
 * @example
 * ```ts
 * import { chainHash, GENESIS, LogVerifier, makeKeyPair } from 'src/crypto/index.ts';
 *
 * const verifier = new LogVerifier(makeKeyPair().publicKey);
 * const fields = [0, 'created'];
 * const hash = chainHash(GENESIS, fields);
 * assert.equal(verifier.take({ sequence: 0, fields, hash }), undefined);
 * assert.equal(verifier.take({ sequence: 1, fields, hash }), 'hash');
 * ```
 */
export class LogVerifier {
  readonly #publicKey: KeyObject;
  #previous = GENESIS;
  #length = 0;
  #signed = 0;

  constructor(publicKey: KeyObject) {
    this.#publicKey = publicKey;
  }

  /** Number of valid entries so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Number of entries, from the first on, that a checkpoint signs. Later entries may have been
   * truncated or forged. The checkpoint itself is signed by the next one.
   */
  get signed(): number {
    return this.#signed;
  }

  /** Returns the fault of the next entry, or undefined if it is valid. */
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
      this.#signed = sequence;
    }
    this.#previous = hash;
    this.#length += 1;
    return undefined;
  }
}

function statement(purpose: string, sequence: number, previous: string): Buffer {
  return Buffer.from(`${purpose}\n${sequence}\n${previous}`);
}
