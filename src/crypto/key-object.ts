import { createCipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** A key whose bytes neither logs nor `inspect` show. */
export type SecretKey = KeyObject;

export function secretKey(material: Uint8Array): SecretKey {
  return createSecretKey(material);
}

/** PKCS#11's check value: what shows of an AES key without showing the key; `0x` and 6 hex digits. */
export function checkValue(material: Uint8Array): string {
  const cipher = createCipheriv(`aes-${material.length * 8}-ecb`, material, null).setAutoPadding(
    false,
  );
  return `0x${cipher.update(Buffer.alloc(16)).toString('hex', 0, 3)}`;
}

/** The same of a key pair, as CloudHSM shows it: of the SHA-1 of its public key (SubjectPublicKeyInfo). */
export function pairCheckValue(spki: Uint8Array): string {
  return `0x${hash('sha1', spki, 'buffer').toString('hex', 0, 3)}`;
}
