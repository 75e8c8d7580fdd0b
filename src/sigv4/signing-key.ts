import { createHmac, hash } from 'node:crypto';

const BLOCK = 64;
const DIGEST = 32;

/** A derived signing key: HMAC-SHA-256 with the key's two blocks prepared, which halves the cost of each signature. */
export class SigningKey {
  readonly #inner = Buffer.alloc(BLOCK, 0x36);
  readonly #outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);

  constructor(key: Uint8Array) {
    for (const [at, byte] of key.entries()) {
      this.#inner[at] = 0x36 ^ byte;
      this.#outer[at] = 0x5c ^ byte;
    }
  }

  /** The signature of a text: 64 hex digits. Text in between too: Node makes buffers of digests much more slowly. */
  sign(text: string): string {
    const length = Buffer.byteLength(text);
    const message = Buffer.allocUnsafe(BLOCK + length);
    message.set(this.#inner);
    message.write(text, BLOCK);
    this.#outer.write(hash('sha256', message, 'binary'), BLOCK, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }
}

/** The key for one day, Region and service. */
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
