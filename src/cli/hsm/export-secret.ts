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

/** Who is to open an export: by the options, or whoever knows the passphrase that is asked for. */
export async function protectionFrom(
  io: CliIo,
  { passphrase, shareHolders, threshold }: ProtectionOptions,
): Promise<ExportProtection> {
  if (!shareHolders) return { passphrase: await newPassword(io, passphrase) };
  if (threshold === undefined)
    throw new CliError('say how many of the holders it takes: --threshold');
  return { holders: shareHolders, threshold };
}

/** What opens an export: the holders' shares, each in a file, or the passphrase. */
export async function secretFrom(
  io: CliIo,
  { passphrase, share }: SecretOptions,
): Promise<ExportSecret> {
  return share
    ? { shares: share.map(bytesOfFile) }
    : { passphrase: await knownPassword(io, passphrase) };
}

/** Writes each holder's share beside the backup; only he can open it. */
export function writeShares(path: string, shares: readonly ExportShare[] = []): object {
  const files = shares.map(({ username, encrypted }) => {
    const file = `${path}.${username}.share`;
    writeFileDurably(file, encrypted);
    return { username, path: file };
  });
  return files.length === 0 ? {} : { shares: files };
}
