import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { BrokenSealError } from './aes-gcm.ts';

const NAMES: Readonly<Record<number, string>> = {
  16: 'id-aes128-wrap-pad',
  24: 'id-aes192-wrap-pad',
  32: 'id-aes256-wrap-pad',
};
/** RFC 5649, section 3. */
const ALTERNATIVE_IV = Buffer.from('a65959a6', 'hex');

/**
 * Wraps key material by AES key wrap with padding (RFC 5649).
 *
 * @example
 * ```ts
 * import { randomBytes, secretKey, unwrapKey, wrapKey } from 'src/crypto/index.ts';
 *
 * const wrappingKey = secretKey(randomBytes(32));
 * const material = randomBytes(20);
 * assert.deepEqual(unwrapKey(wrappingKey, wrapKey(wrappingKey, material)), material);
 * ```
 */
export function wrapKey(wrappingKey: KeyObject, material: Uint8Array): Buffer {
  const cipher = createCipheriv(nameFor(wrappingKey), wrappingKey, ALTERNATIVE_IV);
  return Buffer.concat([cipher.update(material), cipher.final()]);
}

/** Throws `BrokenSealError` if the bytes were not wrapped under this key. */
export function unwrapKey(wrappingKey: KeyObject, wrapped: Uint8Array): Buffer {
  const decipher = createDecipheriv(nameFor(wrappingKey), wrappingKey, ALTERNATIVE_IV);
  try {
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    throw new BrokenSealError();
  }
}

function nameFor(key: KeyObject): string {
  const name = NAMES[key.symmetricKeySize ?? 0];
  if (name === undefined) throw new TypeError('not an AES key');
  return name;
}
