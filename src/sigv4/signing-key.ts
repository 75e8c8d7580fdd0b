import { createHmac, hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * A derived signing key. The two blocks of HMAC-SHA-256 that depend on the key only are prepared
 * once, which halves the cost of each signature.
 */
export class SigningKey {
  readonly #inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

  constructor(key: Uint8Array) {
    for (const [at, byte] of key.entries()) {
      this.#inner[at] = 0x36 ^ byte;
      this.#outer[at] = 0x5c ^ byte;
    }
  }

  /**
   * Returns the signature of a text: 64 hex digits. The inner digest is a binary string, because
   * Node returns digests much more slowly as buffers.
   */
  sign(text: string): string {
    const length = Buffer.byteLength(text);
    const message = Buffer.allocUnsafe(BLOCK_BYTES + length);
    message.set(this.#inner);
    message.write(text, BLOCK_BYTES);
    this.#outer.write(hash('sha256', message, 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }
}

/** Derives the key for one day, Region and service. */
export function deriveSigningKey(
  secret: string,
  date: string,
  region: string,
  service: string,
): SigningKey {
  let key: Uint8Array = Buffer.from(`AWS4${secret}`, 'utf8');
  for (const part of [date, region, service, 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  return new SigningKey(key);
}
