import { base32Id, SecretText } from '../base/index.ts';
import { randomBytes } from '../crypto/index.ts';

/** Prefixes of unique ids. Source: "IAM identifiers" in the IAM User Guide. */
const prefixes = { user: 'AIDA' } as const;

/** 21 characters that no other principal has or ever had. */
export function uniqueId(kind: keyof typeof prefixes): string {
  return prefixes[kind] + base32Id(17).toUpperCase();
}

/** A long-term access key: `AKIA` and 16 characters, and a secret of 40 characters with 240 random bits. */
export function newAccessKey(): { readonly accessKeyId: string; readonly secretAccessKey: SecretText } {
  const secret = randomBytes(30);
  const secretAccessKey = new SecretText(secret.toString('base64'));
  secret.fill(0);
  return { accessKeyId: `AKIA${base32Id(16).toUpperCase()}`, secretAccessKey };
}
