import { deriveKey, open, seal, secretKey, stretchPassword } from '../../crypto/index.ts';
import type { HsmIdentityState } from '../identity/index.ts';
import {
  decodeBackupFile,
  encodeBackupPrefix,
  HsmError,
  isUnsignedBackup,
  type BackupFile,
  type BackupHeader,
} from '../wire/index.ts';

/**
 * argon2id cost in KiB and passes. More expensive than for logins, because a stolen file can be
 * attacked offline.
 */
const PASSPHRASE_COST = { memory: 64 * 1024, passes: 3 };

/**
 * Secret that opens a backup: the keys in this hardware, or the cluster's recovery key. A
 * passphrase can be added to the recovery key, but never replaces it.
 */
export type BackupSecret =
  | { readonly hardware: NonNullable<HsmIdentityState['backupKeys']> }
  | { readonly recovery: Uint8Array; readonly passphrase?: string | undefined };

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
 * Opens the sealed part of a backup. Throws `HsmError` if the file is damaged or the secret is
 * wrong. Deliberately does not say which.
 */
export async function openBackup(
  { header, prefix, sealed }: BackupFile,
  secret: BackupSecret,
): Promise<Buffer> {
  if (header.protection !== protectionOf(secret)) throw invalidBackup();
  const key = await keyFor(header, secret);
  try {
    return open(key, sealed, prefix);
  } catch {
    throw invalidBackup();
  }
}

/** Returns the parts of a backup file. Throws `HsmError` if it is not one. */
export function readBackupFile(bytes: Uint8Array): BackupFile {
  const file = decodeBackupFile(bytes);
  if (file) return file;
  if (isUnsignedBackup(bytes))
    throw new HsmError(
      'backup-invalid',
      'an earlier version of Keyhold made this backup without a signature: restore it with that version, upgrade, and make a new backup',
    );
  throw invalidBackup();
}

function protectionOf(secret: BackupSecret): BackupHeader['protection'] {
  return 'hardware' in secret ? 'hardware' : 'recovery';
}

/**
 * Derives the key of this one backup. As in CloudHSM, the hardware's backup key is derived from the
 * manufacturer's and the operator's, so that neither can open a backup alone.
 */
async function keyFor({ salt }: BackupHeader, secret: BackupSecret): Promise<Buffer> {
  const nonce = Buffer.from(salt, 'base64');
  const base = 'hardware' in secret ? hardwareKey(secret.hardware) : secret.recovery;
  const stretched =
    'recovery' in secret && secret.passphrase !== undefined
      ? await stretchPassword(secret.passphrase, nonce, PASSPHRASE_COST)
      : Buffer.alloc(0);
  const context = Buffer.concat([nonce, stretched]);
  return deriveKey(secretKey(base), 'keyhold backup contents', context, 32);
}

function hardwareKey([manufacturer, operator]: readonly [Uint8Array, Uint8Array]): Buffer {
  return deriveKey(secretKey(manufacturer), 'keyhold backup', operator, 32);
}

/** The same error for every fault of a backup or its secret. */
function invalidBackup(): HsmError {
  return new HsmError(
    'backup-invalid',
    'the backup is damaged or not for this HSM, or the shares or the passphrase are wrong',
  );
}
