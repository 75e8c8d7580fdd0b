import type { KeyObject } from 'node:crypto';
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { Signer } from './signature.ts';

/** Curves by OpenSSL's names. */
const curves: Readonly<Record<string, ECDSA>> = {
  prime256v1: p256,
  secp384r1: p384,
  secp521r1: p521,
  secp256k1,
};

/** Both values of `s` are accepted, as in AWS KMS and OpenSSL. The digest is signed as it is. */
const FORM = { prehash: false, lowS: false, format: 'der' } as const;

/** ECDSA over digests, by noble-curves. Node only signs messages. */
export const ecdsaDigest: Signer = {
  async sign(key, digest) {
    const scalar = key.export({ format: 'raw-private' });
    try {
      return curveOf(key).sign(digest, scalar, { ...FORM, extraEntropy: true });
    } finally {
      scalar.fill(0);
    }
  },
  async verify(key, digest, signature) {
    try {
      return curveOf(key).verify(signature, digest, key.export({ format: 'raw-public' }), FORM);
    } catch {
      // The signature is not DER.
      return false;
    }
  },
};

function curveOf(key: KeyObject): ECDSA {
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (!curve) throw new TypeError('not a curve for ECDSA');
  return curve;
}
