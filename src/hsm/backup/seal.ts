import { deriveKey, open, seal, secretKey, stretchPassword } from '../../crypto/index.ts';
import type { HsmIdentityState } from '../identity/index.ts';
import {
  decodeBackupFile,
  encodeBackupPrefix,
  HsmError,
  type BackupHeader,
} from '../wire/index.ts';

/**
 * argon2id cost in KiB and passes. More expensive than for logins, because a stolen file can be
 * attacked offline.
 */
const PASSPHRASE_COST = { memory: 64 * 1024, passes: 3 };

/**
 * Secret that opens a backup: the keys in this hardware, a passphrase, or the reconstructed secret
 * of the shares.
 */
export type BackupSecret =
  | { readonly hardware: NonNullable<HsmIdentityState['backupKeys']> }
  | { readonly passphrase: string }
  | { readonly shared: Uint8Array };

export async function sealBackup(
  header: BackupHeader,
  contents: Uint8Array,
  secret: BackupSecret,
): Promise<Buffer> {
  const prefix = encodeBackupPrefix(header);
  const key = await keyFor(header, secret);
  return Buffer.concat([prefix, seal(key, contents, prefix)]);
}

/**
 * Throws `HsmError` if the file is damaged or the secret is wrong. Deliberately does not say which.
 */
export async function openBackup(
  file: Uint8Array,
  secret: BackupSecret,
): Promise<{ readonly header: BackupHeader; readonly contents: Buffer }> {
  const parts = decodeBackupFile(file);
  if (!parts || parts.header.protection !== protectionOf(secret)) throw invalidBackup();
  const { header, prefix, sealed } = parts;
  const key = await keyFor(header, secret);
  try {
    return { header, contents: open(key, sealed, prefix) };
  } catch {
    throw invalidBackup();
  }
}

export function protectionOf(secret: BackupSecret): BackupHeader['protection'] {
  if ('hardware' in secret) return 'hardware';
  return 'passphrase' in secret ? 'passphrase' : 'shares';
}

/**
 * Derives the key of this one backup. As in CloudHSM, the hardware's backup key is derived from the
 * manufacturer's and the operator's, so that neither can open a backup alone.
 */
async function keyFor({ salt }: BackupHeader, secret: BackupSecret): Promise<Buffer> {
  const nonce = Buffer.from(salt, 'base64');
  if ('passphrase' in secret) return stretchPassword(secret.passphrase, nonce, PASSPHRASE_COST);
  return deriveKey(
    secretKey('shared' in secret ? secret.shared : hardwareKey(secret.hardware)),
    'keyhold backup contents',
    nonce,
    32,
  );
}

function hardwareKey([manufacturer, operator]: readonly [Uint8Array, Uint8Array]): Buffer {
  return deriveKey(secretKey(manufacturer), 'keyhold backup', operator, 32);
}

/** The same error for every fault of a backup or its secret. */
export function invalidBackup(): HsmError {
  return new HsmError(
    'backup-invalid',
    'the backup is damaged or not for this HSM, or the passphrase or shares are wrong',
  );
}
