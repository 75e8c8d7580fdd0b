import { createHmac, hash, timingSafeEqual, type KeyObject } from 'node:crypto';

export function sha256(data: string | Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}

/** As 64 hex digits, which Node makes several times faster than bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

export function hmacSha256(key: KeyObject | Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** The hash functions that messages are authenticated with. */
export type MacHash = 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** HMAC (FIPS 198-1), as long as the hash. */
export function hmac(key: KeyObject, hash: MacHash, data: Uint8Array): Buffer {
  return createHmac(hash, key).update(data).digest();
}

/** Compares without telling by its time where two values differ; only their lengths are not kept secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
