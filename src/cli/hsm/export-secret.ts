import { writeFileDurably } from '../../base/index.ts';
import type { ExportProtection, ExportSecret, ExportShare } from '../../hsm/wire/index.ts';
import { CliError, type CliIo } from '../io.ts';
import { knownPassword, newPassword } from './ask-password.ts';
import { bytesOfFile } from './files.ts';

export interface ProtectionOptions {
  readonly passphrase?: string;
  readonly shareHolders?: readonly string[];
  readonly threshold?: number;
}

export interface SecretOptions {
  readonly passphrase?: string;
  readonly share?: readonly string[];
}

/** Returns the protection of an export: share holders if given, otherwise a passphrase. */
export async function protectionFrom(
  io: CliIo,
  { passphrase, shareHolders, threshold }: ProtectionOptions,
): Promise<ExportProtection> {
  if (!shareHolders) return { passphrase: await newPassword(io, passphrase) };
  if (threshold === undefined)
    throw new CliError('--share-holders requires --threshold (shares needed to restore)');
  return { holders: shareHolders, threshold };
}

/** Returns the secret that decrypts an export: shares, each in a file, or the passphrase. */
export async function secretFrom(
  io: CliIo,
  { passphrase, share }: SecretOptions,
): Promise<ExportSecret> {
  return share
    ? { shares: share.map(bytesOfFile) }
    : { passphrase: await knownPassword(io, passphrase) };
}

/** Writes each holder's share beside the backup, encrypted to the holder's key. */
export function writeShares(path: string, shares: readonly ExportShare[] = []): object {
  const files = shares.map(({ username, encrypted }) => {
    const file = `${path}.${username}.share`;
    writeFileDurably(file, encrypted);
    return { username, path: file };
  });
  return files.length === 0 ? {} : { shares: files };
}
