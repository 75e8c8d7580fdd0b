import {
  DIGEST_BYTES,
  lazySigner,
  messageSigner,
  type SignatureHash,
  type SignatureScheme,
} from './signature.ts';

/** ECDSA (FIPS 186-5) with signatures in DER. */
export function ecdsa(hash: SignatureHash): SignatureScheme {
  return {
    family: 'ec',
    raw: messageSigner(hash, { dsaEncoding: 'der' }),
    digest: {
      digestBytes: DIGEST_BYTES[hash],
      ...lazySigner(async () => (await import('./ecdsa-digest.ts')).ecdsaDigest),
    },
  };
}
