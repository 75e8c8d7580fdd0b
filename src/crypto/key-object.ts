import { createCipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** A secret key. Neither logs nor `inspect` show its bytes. */
export type SecretKey = KeyObject;

/** Keeps a copy of `material`. The caller may wipe the original. */
export function secretKey(material: Uint8Array): SecretKey {
  return createSecretKey(material);
}

/**
 * Returns the PKCS#11 check value of an AES key, `0x` and 6 hex digits. It identifies the key
 * without revealing it.
 *
 * @example
 * ```ts
 * import { checkValue } from 'src/crypto/index.ts';
 *
 * assert.equal(checkValue(Buffer.alloc(16)), '0x66e94b');
 * ```
 */
export function checkValue(material: Uint8Array): string {
  const cipher = createCipheriv(`aes-${material.length * 8}-ecb`, material, null).setAutoPadding(
    false,
  );
  return `0x${cipher.update(Buffer.alloc(16)).toString('hex', 0, 3)}`;
}

/**
 * Returns the check value of a key pair as CloudHSM shows it: from the SHA-1 of its
 * SubjectPublicKeyInfo.
 */
export function pairCheckValue(spki: Uint8Array): string {
  return `0x${hash('sha1', spki, 'buffer').toString('hex', 0, 3)}`;
}
