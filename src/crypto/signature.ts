import { sign, verify, type KeyObject, type SignKeyObjectInput } from 'node:crypto';
import { promisify } from 'node:util';
import type { PairFamily } from './pair-kind.ts';

const signAsync = promisify(sign);
const verifyAsync = promisify(verify);

/** Hash functions of signature schemes. */
export type SignatureHash = 'sha256' | 'sha384' | 'sha512';
/** Digest lengths, in bytes. */
export const DIGEST_BYTES: Readonly<Record<SignatureHash, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/**
 * One way to sign. Where OpenSSL does the work, it runs outside the event loop. Verification
 * returns false for bytes that are not a signature at all.
 */
export interface Signer {
  readonly sign: (privateKey: KeyObject, data: Uint8Array) => Promise<Uint8Array>;
  readonly verify: (
    publicKey: KeyObject,
    data: Uint8Array,
    signature: Uint8Array,
  ) => Promise<boolean>;
}

/** Signs data that is already hashed and has exactly this length. */
export interface DigestSigner extends Signer {
  readonly digestBytes: number;
}

/** A signature scheme over messages, over digests, or both. */
export interface SignatureScheme {
  readonly family: PairFamily;
  readonly raw?: Signer;
  readonly digest?: DigestSigner;
}

/**
 * Creates a signer of messages that uses OpenSSL. `hash` is undefined if the scheme has its own.
 */
export function messageSigner(
  hash: SignatureHash | undefined,
  options: Omit<SignKeyObjectInput, 'key'> = {},
): Signer {
  return {
    sign: (key, message) => signAsync(hash, message, { ...options, key }),
    verify: (key, message, signature) => verifyAsync(hash, message, { ...options, key }, signature),
  };
}

/**
 * Creates a signer whose code is loaded at its first use. noble's libraries take longer to load
 * than the rest of an HSM.
 */
export function lazySigner(load: () => Promise<Signer>): Signer {
  return {
    sign: async (key, data) => (await load()).sign(key, data),
    verify: async (key, data, signature) => (await load()).verify(key, data, signature),
  };
}
