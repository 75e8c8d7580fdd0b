import { createPublicKey, type KeyObject } from 'node:crypto';
import { DER } from '@noble/curves/abstract/weierstrass.js';
import type { Signer } from './signature.ts';
import { Fn, identityDigest, Point, pointOf, randomScalar, scalarOf, sm3 } from './sm2-curve.ts';

/** SM2 signatures (GB/T 32918.2) of messages. */
export const sm2Message: Signer = {
  sign: async (key, message) => sign(key, digestOf(createPublicKey(key), message)),
  verify: async (key, message, signature) => verify(key, digestOf(key, message), signature),
};

/**
 * SM2 signatures of digests. The caller has computed SM3 over the identity digest and the message.
 */
export const sm2Digest: Signer = {
  sign: async (key, digest) => sign(key, digest),
  verify: async (key, digest, signature) => verify(key, digest, signature),
};

function digestOf(publicKey: KeyObject, message: Uint8Array): Buffer {
  return sm3(identityDigest(pointOf(publicKey)), message);
}

function sign(privateKey: KeyObject, digest: Uint8Array): Uint8Array {
  const scalar = scalarOf(privateKey);
  const inverse = Fn.inv(Fn.add(scalar, Fn.ONE));
  for (;;) {
    const nonce = randomScalar();
    const r = Fn.create(numberOf(digest) + Point.BASE.multiply(nonce).toAffine().x);
    const s = Fn.mul(inverse, Fn.sub(nonce, Fn.mul(r, scalar)));
    if (!Fn.is0(r) && !Fn.is0(Fn.add(r, nonce)) && !Fn.is0(s))
      return Buffer.from(DER.hexFromSig({ r, s }), 'hex');
  }
}

function verify(publicKey: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    const { r, s } = DER.toSig(signature);
    if (!Fn.isValidNot0(r) || !Fn.isValidNot0(s)) return false;
    const sum = Fn.add(r, s);
    if (Fn.is0(sum)) return false;
    const { x } = Point.BASE.multiplyUnsafe(s)
      .add(pointOf(publicKey).multiplyUnsafe(sum))
      .toAffine();
    return Fn.create(numberOf(digest) + x) === r;
  } catch {
    // The signature is not DER.
    return false;
  }
}

function numberOf(digest: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(digest).toString('hex')}`);
}
