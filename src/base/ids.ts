import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Returns `digits` random lower-case hex digits. */
export function hexId(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}

/**
 * Returns `length` random characters of RFC 4648's base32 alphabet in lower case, as in CloudHSM's
 * IDs.
 */
export function base32Id(length: number): string {
  return Array.from(randomBytes(length), (byte) => BASE32.charAt(byte & 31)).join('');
}

export function uuid(): string {
  return randomUUID();
}

/** Returns `digits` random decimal digits, at most 14. The first is not 0. */
export function decimalId(digits: number): string {
  return String(randomInt(10 ** (digits - 1), 10 ** digits));
}
