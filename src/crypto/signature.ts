import { sign, verify, type KeyObject, type SignKeyObjectInput } from 'node:crypto';
import { promisify } from 'node:util';
import type { PairFamily } from './pair-kind.ts';

const signAsync = promisify(sign);
const verifyAsync = promisify(verify);

/** The hash functions that signatures are made over. */
export type SignatureHash = 'sha256' | 'sha384' | 'sha512';
export const DIGEST_BYTES: Readonly<Record<SignatureHash, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/** One way to sign, off the event loop where OpenSSL does the work. A signature that can't be read is a wrong one. */
export interface Signer {
  readonly sign: (privateKey: KeyObject, data: Uint8Array) => Promise<Uint8Array>;
  readonly verify: (
    publicKey: KeyObject,
    data: Uint8Array,
    signature: Uint8Array,
  ) => Promise<boolean>;
}

/** Signs what has been hashed already, of exactly this many bytes. */
export interface DigestSigner extends Signer {
  readonly digestBytes: number;
}

/** A signature scheme over whole messages, over their digests, or both. */
export interface SignatureScheme {
  readonly family: PairFamily;
  readonly raw?: Signer;
  readonly digest?: DigestSigner;
}

/** Signs whole messages as OpenSSL does: `hash` is undefined where the scheme brings its own. */
export function messageSigner(
  hash: SignatureHash | undefined,
  options: Omit<SignKeyObjectInput, 'key'> = {},
): Signer {
  return {
    sign: (key, message) => signAsync(hash, message, { ...options, key }),
    verify: (key, message, signature) => verifyAsync(hash, message, { ...options, key }, signature),
  };
}

/** A signer whose code is loaded when it is first used: noble's libraries take longer to load than all the rest of an HSM. */
export function lazySigner(load: () => Promise<Signer>): Signer {
  return {
    sign: async (key, data) => (await load()).sign(key, data),
    verify: async (key, data, signature) => (await load()).verify(key, data, signature),
  };
}
