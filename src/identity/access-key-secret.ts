import type { SecretText } from '../base/index.ts';
import type { AccessKeyRow } from '../domain/index.ts';

/**
 * Encryption that is bound to a purpose, as the default key store provides it (`openSecretSeal` of
 * keystores).
 */
export interface Seal {
  seal(secret: SecretText, purpose: string): Promise<string>;
  open(sealed: string, purpose: string): Promise<SecretText>;
}

/**
 * Returns the purpose of an access key's secret. It contains the ID, so that write access to the
 * database is not enough to give one access key the secret of another.
 */
function purposeOf(accessKeyId: string): string {
  return `keyhold access key ${accessKeyId}`;
}

export function sealSecret(seal: Seal, accessKeyId: string, secret: SecretText): Promise<string> {
  return seal.seal(secret, purposeOf(accessKeyId));
}

export function openSecret(
  seal: Seal,
  { accessKeyId, sealedSecret }: AccessKeyRow,
): Promise<SecretText> {
  return seal.open(sealedSecret, purposeOf(accessKeyId));
}
