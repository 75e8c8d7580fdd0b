import { createCipheriv, createDecipheriv, KeyObject } from 'node:crypto';
import { fillNonce } from './random.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const options = { authTagLength: TAG_BYTES };
const NAMES: Readonly<Record<number, 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'>> = {
  16: 'aes-128-gcm',
  24: 'aes-192-gcm',
  32: 'aes-256-gcm',
};

/** Authentication failed. Deliberately does not say whether key, ciphertext or AAD was wrong. */
export class BrokenSealError extends Error {
  override readonly name = 'BrokenSealError';

  constructor() {
    super('sealed bytes do not open');
  }
}

/**
 * Encrypts with AES-GCM under a random IV. Returns IV, ciphertext and tag. `reserve` leaves that
 * many bytes free in front, for the caller to fill.
 *
 * @example
 * ```ts
 * import { open, randomBytes, seal, secretKey } from 'src/crypto/index.ts';
 *
 * const key = secretKey(randomBytes(32));
 * const aad = Buffer.from('row 7');
 * const sealed = seal(key, Buffer.from('secret'), aad);
 * assert.equal(open(key, sealed, aad).toString(), 'secret');
 * assert.throws(() => open(key, sealed, Buffer.from('row 8')));
 * ```
 */
export function seal(
  key: KeyObject | Buffer,
  plaintext: Uint8Array,
  aad: Uint8Array,
  reserve = 0,
): Buffer {
  const sealed = Buffer.allocUnsafe(reserve + IV_BYTES + plaintext.length + TAG_BYTES);
  const start = reserve + IV_BYTES;
  fillNonce(sealed, reserve, IV_BYTES);
  const cipher = createCipheriv(nameFor(key), key, sealed.subarray(reserve, start), options);
  cipher.setAAD(aad);
  cipher.update(plaintext).copy(sealed, start);
  cipher.final();
  cipher.getAuthTag().copy(sealed, start + plaintext.length);
  return sealed;
}

/** Decrypts the result of `seal`. Throws `BrokenSealError`. */
export function open(key: KeyObject | Buffer, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const end = sealed.length - TAG_BYTES;
  if (end < IV_BYTES) throw new BrokenSealError();
  const decipher = createDecipheriv(nameFor(key), key, sealed.subarray(0, IV_BYTES), options);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(IV_BYTES, end));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new BrokenSealError();
  }
  return plaintext;
}

function nameFor(key: KeyObject | Buffer): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  const name = NAMES[(key instanceof KeyObject ? key.symmetricKeySize : key.length) ?? 0];
  if (!name) throw new TypeError('not an AES key');
  return name;
}
