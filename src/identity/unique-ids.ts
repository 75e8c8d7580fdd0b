import { base32Id, SecretText } from '../base/index.ts';
import { randomBytes } from '../crypto/index.ts';

/** Prefixes of unique ids. Source: "IAM identifiers" in the IAM User Guide. */
const prefixes = { user: 'AIDA', group: 'AGPA', role: 'AROA', policy: 'ANPA' } as const;

/** 21 characters that no other entity has or ever had. */
export function uniqueId(kind: keyof typeof prefixes): string {
  return prefixes[kind] + base32Id(17).toUpperCase();
}

/** Long-term, or of a session. */
const accessKeyPrefixes = { user: 'AKIA', session: 'ASIA' } as const;

export interface NewAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretText;
}

/** An id of 20 characters and a secret of 40 with 240 random bits. */
export function newAccessKey(kind: keyof typeof accessKeyPrefixes): NewAccessKey {
  const secret = randomBytes(30);
  const secretAccessKey = new SecretText(secret.toString('base64'));
  secret.fill(0);
  return { accessKeyId: accessKeyPrefixes[kind] + base32Id(16).toUpperCase(), secretAccessKey };
}
