import { BrokenSealError } from './aes-gcm.ts';
import { randomBytes } from './random.ts';

/** Reduction polynomial of the AES field: x^8 + x^4 + x^3 + x + 1. */
const REDUCTION = 0x1b;
const MAX_SHARES = 255;

/**
 * Splits a secret by Shamir's secret sharing over GF(256), byte by byte. Any `threshold` of the
 * shares reconstruct the secret. Fewer shares reveal nothing about it. A share is its number (1
 * byte), then as many bytes as the secret.
 *
 * @example
 * ```ts
 * import { joinShares, splitSecret } from 'src/crypto/index.ts';
 *
 * const secret = Buffer.from('correct horse');
 * const [first, , third] = splitSecret(secret, 3, 2);
 * assert.deepEqual(joinShares([first, third]), secret);
 * ```
 */
export function splitSecret(secret: Uint8Array, count: number, threshold: number): Buffer[] {
  if (threshold < 1 || threshold > count || count > MAX_SHARES)
    throw new RangeError(`cannot split a secret into ${count} shares with threshold ${threshold}`);
  // One polynomial per byte: the secret at 0, and random coefficients above.
  const coefficients = [
    secret,
    ...Array.from({ length: threshold - 1 }, () => randomBytes(secret.length)),
  ];
  return Array.from({ length: count }, (_, index) => {
    const x = index + 1;
    const share = Buffer.alloc(1 + secret.length);
    share[0] = x;
    for (let at = 0; at < secret.length; at += 1) {
      share[1 + at] = coefficients.reduceRight(
        (sum, bytes) => multiply(sum, x) ^ (bytes[at] ?? 0),
        0,
      );
    }
    return share;
  });
}

/**
 * Reconstructs a secret. With too few or wrong shares, the result is a different secret. Throws
 * `BrokenSealError` if the shares do not fit together.
 */
export function joinShares(shares: readonly Uint8Array[]): Buffer {
  const length = shares[0]?.length ?? 0;
  const numbers = shares.map(([x = 0]) => x);
  const fit =
    length > 1 &&
    shares.every((share) => share.length === length) &&
    new Set(numbers).size === numbers.length;
  if (!fit || numbers.includes(0)) throw new BrokenSealError();
  // Lagrange polynomials at 0.
  const weights = numbers.map((x) =>
    numbers.reduce(
      (weight, other) => (other === x ? weight : multiply(weight, divide(other, other ^ x))),
      1,
    ),
  );
  const secret = Buffer.alloc(length - 1);
  for (let at = 0; at < secret.length; at += 1) {
    secret[at] = shares.reduce(
      (sum, share, index) => sum ^ multiply(share[1 + at] ?? 0, weights[index] ?? 0),
      0,
    );
  }
  return secret;
}

/** Multiplies without a branch or table lookup that depends on a secret. */
function multiply(a: number, b: number): number {
  let product = 0;
  let left = a;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= -((b >> bit) & 1) & left;
    left = ((left << 1) & 0xff) ^ (-(left >> 7) & REDUCTION);
  }
  return product & 0xff;
}

function divide(a: number, b: number): number {
  // The inverse is the 254th power.
  let inverse = 1;
  for (let step = 0; step < 254; step += 1) inverse = multiply(inverse, b);
  return multiply(a, inverse);
}
