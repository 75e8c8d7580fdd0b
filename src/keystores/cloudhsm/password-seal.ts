import type { SecretText } from '../../base/index.ts';
import type { SecretSeal } from '../secret-seal.ts';

const PURPOSE = 'keyhold custom key store password';

/** Encrypts the kmsuser passwords of custom key stores. */
export interface PasswordSeal {
  seal(password: SecretText): Promise<string>;
  open(sealed: string): Promise<SecretText>;
}

export function passwordSeal(secrets: SecretSeal): PasswordSeal {
  return {
    seal: (password) => secrets.seal(password, PURPOSE),
    open: (sealed) => secrets.open(sealed, PURPOSE),
  };
}
