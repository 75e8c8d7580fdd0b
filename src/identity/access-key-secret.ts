import type { SecretText } from '../base/index.ts';
import type { AccessKeyRow } from '../domain/index.ts';

/** What identity needs of the default key store (`openSecretSeal` of keystores): encryption bound to a purpose. */
export interface Seal {
  seal(secret: SecretText, purpose: string): Promise<string>;
  open(sealed: string, purpose: string): Promise<SecretText>;
}

/** Bound to the id, so that whoever can write the database can't give one access key the secret of another. */
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
