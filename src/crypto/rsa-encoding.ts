/**
 * Encodings of a digest as the number that RSA signs (RFC 8017, section 9), for moduli of whole
 * bytes.
 */
import { hash as digestOf } from 'node:crypto';
import { equalBytes } from './hash.ts';
import { randomBytes } from './random.ts';
import { DIGEST_BYTES, type SignatureHash } from './signature.ts';

/** DER of DigestInfo, up to the digest itself (RFC 8017, section 9.2, note 1). */
const DIGEST_INFO: Readonly<Record<SignatureHash, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/** EMSA-PKCS1-v1_5: 00 01 FF … FF 00 DigestInfo. */
export function encodePkcs1(hash: SignatureHash, digest: Uint8Array, length: number): Buffer {
  const encoded = Buffer.alloc(length, 0xff);
  const info = DIGEST_INFO[hash];
  const start = length - info.length - digest.length;
  encoded.set([0, 1], 0);
  encoded[start - 1] = 0;
  encoded.set(info, start);
  encoded.set(digest, start + info.length);
  return encoded;
}

const TRAILER = 0xbc;
/** The encoding is one bit shorter than the modulus. */
const SPARE_BIT = 0x80;

/** EMSA-PSS with a new salt that is as long as the digest. */
export function encodePss(hash: SignatureHash, digest: Uint8Array, length: number): Buffer {
  const salt = randomBytes(DIGEST_BYTES[hash]);
  const proof = saltedDigest(hash, digest, salt);
  const block = Buffer.alloc(length - proof.length - 1);
  block[block.length - salt.length - 1] = 1;
  block.set(salt, block.length - salt.length);
  mask(hash, proof, block);
  return Buffer.concat([block, proof, Buffer.of(TRAILER)]);
}

export function isPssEncoding(
  hash: SignatureHash,
  digest: Uint8Array,
  encoded: Uint8Array,
): boolean {
  const end = encoded.length - 1 - DIGEST_BYTES[hash];
  const proof = encoded.subarray(end, -1);
  const block = Buffer.from(encoded.subarray(0, end));
  if (encoded.at(-1) !== TRAILER || (block.readUInt8(0) & SPARE_BIT) !== 0) return false;
  mask(hash, proof, block);
  const saltStart = block.length - DIGEST_BYTES[hash];
  const padded =
    block[saltStart - 1] === 1 && block.subarray(0, saltStart - 1).every((byte) => byte === 0);
  return padded && equalBytes(proof, saltedDigest(hash, digest, block.subarray(saltStart)));
}

function saltedDigest(hash: SignatureHash, digest: Uint8Array, salt: Uint8Array): Buffer {
  return digestOf(hash, Buffer.concat([Buffer.alloc(8), digest, salt]), 'buffer');
}

/** XORs MGF1 of `seed` into `block`, in place, and clears the spare bit. */
function mask(hash: SignatureHash, seed: Uint8Array, block: Buffer): void {
  const input = Buffer.concat([seed, Buffer.alloc(4)]);
  for (
    let start = 0, counter = 0;
    start < block.length;
    start += DIGEST_BYTES[hash], counter += 1
  ) {
    input.writeUInt32BE(counter, seed.length);
    const stream = digestOf(hash, input, 'buffer');
    for (let index = 0; index < stream.length && start + index < block.length; index += 1) {
      block[start + index] = (block[start + index] ?? 0) ^ (stream[index] ?? 0);
    }
  }
  block[0] = (block[0] ?? 0) & ~SPARE_BIT;
}
