import { createHmac, hash, timingSafeEqual, type KeyObject } from 'node:crypto';

export function sha256(data: string | Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}

/**
 * Returns the SHA-256 digest as 64 hex digits. Node makes these several times faster than bytes.
 */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

export function hmacSha256(key: KeyObject | Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** Hash functions for HMAC. */
export type MacHash = 'sha224' | 'sha256' | 'sha384' | 'sha512';

/**
 * Returns the HMAC (FIPS 198-1), as long as the digest of `hash`.
 *
 * @example
 * ```ts
 * import { equalBytes, hmac, randomBytes, secretKey, sha256Hex } from 'src/crypto/index.ts';
 *
 * const key = secretKey(randomBytes(32));
 * const mac = hmac(key, 'sha256', Buffer.from('message'));
 * assert.ok(equalBytes(mac, hmac(key, 'sha256', Buffer.from('message'))));
 * assert.match(sha256Hex(mac), /^[0-9a-f]{64}$/);
 * ```
 */
export function hmac(key: KeyObject, hash: MacHash, data: Uint8Array): Buffer {
  return createHmac(hash, key).update(data).digest();
}

/** Compares in constant time. Only the lengths are not kept secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
