import type { KeyObject } from 'node:crypto';
import { BrokenSealError } from './aes-gcm.ts';
import { readSequence, writeSequence } from './der.ts';
import { equalBytes } from './hash.ts';
import {
  numberBytes,
  Point,
  pointOf,
  randomScalar,
  scalarOf,
  sm3,
  type Sm2Point,
} from './sm2-curve.ts';

const BLOCK_BYTES = 32;

/** Encrypts with SM2 (GB/T 32918.4). Returns point, digest and ciphertext in DER (GB/T 35276). */
export function encrypt(publicKey: KeyObject, plaintext: Uint8Array): Buffer {
  const recipient = pointOf(publicKey);
  for (;;) {
    const nonce = randomScalar();
    const shared = sharedWith(recipient.multiply(nonce));
    const stream = keyStream(shared, plaintext.length);
    if (stream.length > 0 && stream.every((byte) => byte === 0)) continue;
    const { x, y } = Point.BASE.multiply(nonce).toAffine();
    const octets = [{ octets: digestOf(shared, plaintext) }, { octets: masked(plaintext, stream) }];
    return writeSequence([{ integer: x }, { integer: y }, ...octets]);
  }
}

/** Throws `BrokenSealError`. */
export function decrypt(privateKey: KeyObject, ciphertext: Uint8Array): Buffer {
  const [x, y, digest, hidden, more] = readSequence(ciphertext) ?? [];
  if (
    !x ||
    !y ||
    !digest ||
    !hidden ||
    more ||
    !('integer' in x && 'integer' in y && 'octets' in digest && 'octets' in hidden)
  ) {
    throw new BrokenSealError();
  }
  const shared = sharedWith(onCurve(x.integer, y.integer).multiply(scalarOf(privateKey)));
  const plaintext = masked(hidden.octets, keyStream(shared, hidden.octets.length));
  if (equalBytes(digestOf(shared, plaintext), digest.octets)) return plaintext;
  plaintext.fill(0);
  throw new BrokenSealError();
}

function onCurve(x: bigint, y: bigint): Sm2Point {
  try {
    const point = Point.fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch {
    throw new BrokenSealError();
  }
}

interface Shared {
  readonly x: Buffer;
  readonly y: Buffer;
}

function sharedWith(point: Sm2Point): Shared {
  const { x, y } = point.toAffine();
  return { x: numberBytes(x), y: numberBytes(y) };
}

/**
 * Returns the key stream of the standard's key derivation: SM3 over the shared point and a counter
 * from 1.
 */
function keyStream({ x, y }: Shared, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 1; blocks.length * BLOCK_BYTES < length; counter += 1) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    blocks.push(sm3(x, y, count));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function digestOf({ x, y }: Shared, plaintext: Uint8Array): Buffer {
  return sm3(x, plaintext, y);
}

function masked(bytes: Uint8Array, stream: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (stream[index] ?? 0)));
}
