import { constants, privateEncrypt, publicDecrypt, type KeyObject } from 'node:crypto';
import { equalBytes } from './hash.ts';
import { encodePkcs1, encodePss, isPssEncoding } from './rsa-encoding.ts';
import {
  DIGEST_BYTES,
  messageSigner,
  type DigestSigner,
  type SignatureHash,
  type SignatureScheme,
} from './signature.ts';

const { RSA_NO_PADDING, RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;

/** RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2). */
export function rsaPkcs1(hash: SignatureHash): SignatureScheme {
  return {
    family: 'rsa',
    raw: messageSigner(hash, { padding: RSA_PKCS1_PADDING }),
    digest: digestSigner(hash, {
      encode: (digest, length) => encodePkcs1(hash, digest, length),
      // Only one encoding is valid. Comparing with it leaves nothing to parse.
      accepts: (digest, encoded) => equalBytes(encoded, encodePkcs1(hash, digest, encoded.length)),
    }),
  };
}

/**
 * RSASSA-PSS (RFC 8017, section 8.1). MGF1 uses the same hash, and the salt is as long as the
 * digest.
 */
export function rsaPss(hash: SignatureHash): SignatureScheme {
  return {
    family: 'rsa',
    raw: messageSigner(hash, { padding: RSA_PKCS1_PSS_PADDING, saltLength: DIGEST_BYTES[hash] }),
    digest: digestSigner(hash, {
      encode: (digest, length) => encodePss(hash, digest, length),
      accepts: (digest, encoded) => isPssEncoding(hash, digest, encoded),
    }),
  };
}

interface Encoding {
  readonly encode: (digest: Uint8Array, length: number) => Buffer;
  readonly accepts: (digest: Uint8Array, encoded: Uint8Array) => boolean;
}

/**
 * A signer of digests. `node:crypto` hashes everything that it signs with RSA, so the encoding is
 * computed here and only the raw RSA operation is OpenSSL's.
 */
function digestSigner(hash: SignatureHash, { encode, accepts }: Encoding): DigestSigner {
  return {
    digestBytes: DIGEST_BYTES[hash],
    sign: async (key, digest) =>
      privateEncrypt({ key, padding: RSA_NO_PADDING }, encode(digest, modulusBytes(key))),
    verify: async (key, digest, signature) => {
      const encoded = recover(key, signature);
      return encoded !== undefined && accepts(digest, encoded);
    },
  };
}

function recover(key: KeyObject, signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== modulusBytes(key)) return undefined;
  try {
    return publicDecrypt({ key, padding: RSA_NO_PADDING }, signature);
  } catch {
    // The number exceeds the modulus.
    return undefined;
  }
}

function modulusBytes(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}
