import { hash, type KeyObject } from 'node:crypto';
import { weierstrass, type WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { randomBytes } from './random.ts';

/**
 * The SM2 curve (GB/T 32918.5, section 2). OpenSSL has SM2, but Node exposes neither its identity
 * nor its encryption. The arithmetic is therefore noble-curves'.
 */
const CURVE = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

export const Point = weierstrass(CURVE);
export type Sm2Point = WeierstrassPoint<bigint>;
export const { Fn } = Point;

/** Offset of the scalar in PKCS#8. The bytes before it are the same in all SM2 keys. */
const SCALAR_OFFSET = 36;
const COORDINATE_BYTES = 32;

/** Returns the private scalar of an SM2 key. */
export function scalarOf(privateKey: KeyObject): bigint {
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    return Fn.fromBytes(pkcs8.subarray(SCALAR_OFFSET, SCALAR_OFFSET + COORDINATE_BYTES));
  } finally {
    pkcs8.fill(0);
  }
}

export function pointOf(publicKey: KeyObject): Sm2Point {
  return Point.fromBytes(
    publicKey.export({ type: 'spki', format: 'der' }).subarray(-(1 + 2 * COORDINATE_BYTES)),
  );
}

/** Returns a random scalar from 1 to the order of the curve. */
export function randomScalar(): bigint {
  for (;;) {
    const bytes = randomBytes(COORDINATE_BYTES);
    const scalar = BigInt(`0x${bytes.toString('hex')}`);
    bytes.fill(0);
    if (Fn.isValidNot0(scalar)) return scalar;
  }
}

/** Returns 32 bytes, big-endian. */
export function numberBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * COORDINATE_BYTES, '0'), 'hex');
}

export function sm3(...parts: readonly Uint8Array[]): Buffer {
  return hash('sm3', Buffer.concat(parts), 'buffer');
}

/**
 * Returns the prefix digest of every SM2 signature: it covers the curve, the signer's public key,
 * and the identity that everybody uses. GB/T 32918.2, 5.5.
 */
export function identityDigest(point: Sm2Point): Buffer {
  const identity = Buffer.from('1234567812345678', 'latin1');
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(identity.length * 8);
  const { x, y } = point.toAffine();
  return sm3(bits, identity, ...[CURVE.a, CURVE.b, CURVE.Gx, CURVE.Gy, x, y].map(numberBytes));
}
