import { deriveKey, open, seal, secretKey, stretchPassword } from '../../crypto/index.ts';
import type { HsmIdentityState } from '../identity/index.ts';
import {
  decodeBackupFile,
  encodeBackupPrefix,
  HsmError,
  type BackupHeader,
} from '../wire/index.ts';

/** Dearer than a login: a file can be guessed at for years. KiB and passes. */
const PASSPHRASE_COST = { memory: 64 * 1024, passes: 3 };

/** What opens a backup: the keys in this hardware, or a passphrase. */
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

/** Throws `HsmError` if the file isn't whole and untouched, or isn't for this secret; which of them is not told. */
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
 * As AWS's: the hardware's backup key is derived of the manufacturer's and the operator's, so that neither can open a
 * backup alone; each backup has a key of its own under it.
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

/** The one refusal for all that is wrong with a backup or with what should open it. */
export function invalidBackup(): HsmError {
  return new HsmError(
    'backup-invalid',
    'the backup is damaged, or not for this HSM, or the passphrase or the shares are not the right ones',
  );
}
