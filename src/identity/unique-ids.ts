import { base32Id, SecretText } from '../base/index.ts';
import { randomBytes } from '../crypto/index.ts';

/** Prefixes of unique IDs. Source: "IAM identifiers" in the IAM User Guide. */
const prefixes = { user: 'AIDA', group: 'AGPA', role: 'AROA', policy: 'ANPA' } as const;

/** Returns a unique ID of 21 characters. IDs are never reused. */
export function uniqueId(kind: keyof typeof prefixes): string {
  return prefixes[kind] + base32Id(17).toUpperCase();
}

/** Prefixes of access key IDs, for long-term credentials and for sessions. */
const accessKeyPrefixes = { user: 'AKIA', session: 'ASIA' } as const;

export interface NewAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretText;
}

/**
 * Creates an access key: an ID of 20 characters that contains the account, and a secret of 40
 * characters with 240 random bits.
 */
export function newAccessKey(kind: keyof typeof accessKeyPrefixes, account: string): NewAccessKey {
  const secret = randomBytes(30);
  const secretAccessKey = new SecretText(secret.toString('base64'));
  secret.fill(0);
  return { accessKeyId: accessKeyPrefixes[kind] + idWithAccount(account), secretAccessKey };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ID_BITS = 80n;
/**
 * Position of the account in an access key ID, as in AWS: 40 bits after the first. Tools that
 * decode IDs find it here too.
 */
const ACCOUNT_SHIFT = 39n;
const ACCOUNT_MASK = (1n << 40n) - 1n;

function idWithAccount(account: string): string {
  const random = BigInt(`0x${randomBytes(10).toString('hex')}`);
  const bits = (random & ~(ACCOUNT_MASK << ACCOUNT_SHIFT)) | (BigInt(account) << ACCOUNT_SHIFT);
  return Array.from({ length: 16 }, (_, at) =>
    BASE32.charAt(Number((bits >> (ID_BITS - 5n * BigInt(at + 1))) & 31n)),
  ).join('');
}

/**
 * Returns the account in an access key ID, whether or not the access key exists. Returns undefined
 * if the ID is malformed.
 */
export function accountOfAccessKey(accessKeyId: string): string | undefined {
  if (!/^A(?:KI|SI)A[A-Z2-7]{16}$/.test(accessKeyId)) return undefined;
  let bits = 0n;
  for (const char of accessKeyId.slice(4)) bits = (bits << 5n) | BigInt(BASE32.indexOf(char));
  return ((bits >> ACCOUNT_SHIFT) & ACCOUNT_MASK).toString().padStart(12, '0');
}
