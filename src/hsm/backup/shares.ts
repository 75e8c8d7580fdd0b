import {
  joinShares,
  randomBytes,
  readSigningKey,
  rsaEncrypt,
  splitSecret,
} from '../../crypto/index.ts';
import type { User } from '../users/index.ts';
import { HsmError, type ExportSecret, type ExportShare } from '../wire/index.ts';
import { invalidBackup, type BackupSecret } from './seal.ts';

const SECRET_BYTES = 32;

export interface SharedSecret {
  readonly secret: BackupSecret;
  readonly shares: readonly ExportShare[];
}

/**
 * Creates a secret and one share per holder, encrypted to that holder's key. Throws `HsmError` if a
 * holder has no RSA key.
 */
export function shareSecret(holders: readonly User[], threshold: number): SharedSecret {
  const keys = holders.map(({ username, quorumKey }) => {
    const key = quorumKey === undefined ? undefined : readSigningKey(quorumKey);
    if (key?.asymmetricKeyType !== 'rsa')
      throw new HsmError('invalid-argument', `${username} has not registered an RSA key`);
    return { username, key };
  });
  const shared = randomBytes(SECRET_BYTES);
  const pieces = splitSecret(shared, keys.length, threshold);
  const shares = keys.map(({ username, key }, index) => ({
    username,
    encrypted: rsaEncrypt(key, 'sha256', pieces[index] ?? Buffer.alloc(0)),
  }));
  for (const piece of pieces) piece.fill(0);
  return { secret: { shared }, shares };
}

/**
 * Returns the secret that opens an export. Throws `HsmError` if the shares do not belong to one
 * secret.
 */
export function backupSecretOf(given: ExportSecret): BackupSecret {
  if ('passphrase' in given) return { passphrase: given.passphrase };
  try {
    return { shared: joinShares(given.shares) };
  } catch {
    throw invalidBackup();
  }
}
