import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** `digits` random lower-case hex digits. */
export function hexId(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}

/** `length` random characters of RFC 4648's base32 alphabet in lower case, as in CloudHSM's ids. */
export function base32Id(length: number): string {
  return Array.from(randomBytes(length), (byte) => BASE32.charAt(byte & 31)).join('');
}

export function uuid(): string {
  return randomUUID();
}

/** `digits` random decimal digits, the first of them not 0; at most 14. */
export function decimalId(digits: number): string {
  return String(randomInt(10 ** (digits - 1), 10 ** digits));
}
