import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurably } from '../../base/index.ts';
import {
  BrokenSealError,
  InvalidKeyError,
  openFor,
  readRecipientPrivateKey,
} from '../../crypto/index.ts';
import {
  RECOVERY_SHARE_PURPOSE,
  type IssuedRecovery,
  type RecoveryHolder,
  type RecoveryOrder,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { bytesOfFile } from './files.ts';

/** Options that name the recovery holders. */
export interface HolderOptions {
  readonly recoveryHolder?: readonly string[];
  readonly recoveryThreshold?: number;
  readonly recoverySharesDir: string;
}

const FORMAT = 'keyhold-recovery-share-1';

/**
 * A holder's share, encrypted to the holder's key. Everything but `encryptedShare` is there for the
 * people who find the file years later.
 */
interface ShareFile {
  readonly format: typeof FORMAT;
  readonly cluster: string;
  readonly recoveryKeyId: string;
  readonly holder: string;
  /** SHA-256 of the holder's public key, hex. */
  readonly holderKey: string;
  readonly threshold: number;
  readonly shares: number;
  /** Base64. */
  readonly encryptedShare: string;
  readonly toOpen: string;
}

/** Returns the recovery holders in the options, or undefined if none are named. */
export function recoveryOrder(options: HolderOptions): RecoveryOrder | undefined {
  const { recoveryHolder: given, recoveryThreshold: threshold } = options;
  if (!given) {
    if (threshold !== undefined) throw new CliError('--recovery-threshold needs --recovery-holder');
    return undefined;
  }
  if (threshold === undefined)
    throw new CliError(
      '--recovery-holder requires --recovery-threshold (shares needed to restore)',
    );
  const order = { holders: given.map(holderIn), threshold };
  return order;
}

/** Checks, before shares are issued, that `writeShareFiles` can write them. */
export function checkShareFiles(options: HolderOptions, { holders }: RecoveryOrder): void {
  for (const { name } of holders) {
    const path = pathOf(options, name);
    if (existsSync(path))
      throw new CliError(
        `${path} exists and may be the only copy of a share; move it, or choose another folder with --recovery-shares-dir`,
      );
  }
  if (!existsSync(options.recoverySharesDir))
    throw new CliError(
      `folder ${options.recoverySharesDir} does not exist; check --recovery-shares-dir`,
    );
}

function holderIn(text: string): RecoveryHolder {
  const [, name, file] = /^([\w-]{1,32})=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined)
    throw new CliError(`invalid --recovery-holder "${text}": must be NAME=FILE.pem`);
  return { name, publicKey: bytesOfFile(file).toString('utf8') };
}

/** Writes one file per holder. Returns the paths for the output. */
export function writeShareFiles(
  options: HolderOptions,
  clusterId: string,
  issued: IssuedRecovery,
): object[] {
  const { keyId, threshold, holders, shares } = issued;
  return shares.map(({ holder, encrypted }) => {
    const path = pathOf(options, holder);
    const file: ShareFile = {
      format: FORMAT,
      cluster: clusterId,
      recoveryKeyId: keyId,
      holder,
      holderKey: holders.find(({ name }) => name === holder)?.fingerprint ?? '',
      threshold,
      shares: shares.length,
      encryptedShare: Buffer.from(encrypted).toString('base64'),
      toOpen: openCommands(holder),
    };
    writeFileDurably(path, `${JSON.stringify(file, undefined, 2)}\n`);
    return { holder, path };
  });
}

/** The commands that decrypt a share: Keyhold's, and openssl's for an RSA key. */
export function openCommands(holder: string): string {
  const file = `${holder}.recovery-share.json`;
  return [
    `keyhold hsm cluster recovery open-share --share-file ${file} --private-key ${holder}.key --path ${holder}.share`,
    // Without quotes and backslashes, which JSON would escape.
    `or, for an RSA key: grep -m1 encryptedShare ${file} | cut -d: -f2 | tr -dc A-Za-z0-9+/= | base64 -d | openssl pkeyutl -decrypt -inkey ${holder}.key -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -out ${holder}.share`,
  ].join(' ');
}

/** Decrypts a share file with the holder's private key. */
export function openShareFile(path: string, privateKeyPath: string): Uint8Array {
  const file = readShareFile(path);
  try {
    const key = readRecipientPrivateKey(bytesOfFile(privateKeyPath).toString('utf8'));
    return openFor(key, Buffer.from(file.encryptedShare, 'base64'), RECOVERY_SHARE_PURPOSE);
  } catch (error) {
    if (error instanceof InvalidKeyError)
      throw new CliError(`${privateKeyPath}: the private key ${error.message}`);
    if (error instanceof BrokenSealError)
      throw new CliError(`${privateKeyPath} is not the key of ${file.holder}, for whom ${path} is`);
    throw error;
  }
}

/** Returns the bytes of a decrypted share. */
export function shareIn(path: string): Uint8Array {
  const bytes = bytesOfFile(path);
  if (bytes.includes(FORMAT))
    throw new CliError(
      `${path} is still encrypted; its holder opens it with \`keyhold hsm cluster recovery open-share\``,
    );
  return bytes;
}

function readShareFile(path: string): ShareFile {
  const bytes = bytesOfFile(path);
  try {
    const file = JSON.parse(bytes.toString('utf8')) as Partial<ShareFile>;
    if (file.format === FORMAT && typeof file.encryptedShare === 'string') return file as ShareFile;
  } catch {
    // Not JSON: the same error as for other JSON.
  }
  throw new CliError(`${path} is not a recovery share file`);
}

function pathOf({ recoverySharesDir }: HolderOptions, holder: string): string {
  return join(recoverySharesDir, `${holder}.recovery-share.json`);
}
