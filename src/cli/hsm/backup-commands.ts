import type { Command } from 'commander';
import { writeFileDurably } from '../../base/index.ts';
import type { HsmConnection } from '../../hsm/client/index.ts';
import { decodeBackupFile, type BackupHeader, type BackupUnlock } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { act } from './answer.ts';
import { APPROVAL, approvalFrom, writeTokenFile } from './approval-file.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { backUpNow, listKept } from './kept-backups.ts';
import { FINGERPRINT_OPTION } from './hardware.ts';
import { withLogin } from './login.ts';
import { withNewHsm, type NewHsmOptions } from './new-hsm.ts';
import { shareIn } from './recovery-files.ts';
import { backupSummaryShape, backupShape } from './shapes.ts';

interface UnlockOptions {
  readonly share?: readonly string[];
  readonly passphraseFile?: string;
}
type CheckOptions = TargetOptions & UnlockOptions & { readonly path: string };
type RestoreOptions = NewHsmOptions &
  UnlockOptions & { readonly path?: string; readonly approval?: string };
type ExportOptions = TargetOptions &
  ApprovalOptions & { readonly path: string; readonly passphraseFile?: string };

/** Upload sizes that an HSM accepts at a time, after a login and without one. */
const PIECE_BYTES = 512 * 1024;
const UNAUTHENTICATED_PIECE_BYTES = 12 * 1024;
const PASSPHRASE = [
  '--passphrase-file <file>',
  'file with a passphrase of at least 12 characters, needed besides the shares',
] as const;
const SHARE = [
  '--share <file...>',
  'files with decrypted recovery shares, as many as the threshold',
] as const;
const ROOT = [
  '--manufacturer-root <file>',
  'manufacturer-root.crt of the data folder, to verify that the HSM is genuine',
] as const;

/**
 * Adds the commands for backups in Keyhold, and for exports: files of the owner, which any HSM can
 * restore with the recovery shares.
 */
export function addBackupCommands(hsm: Command, context: HsmContext): void {
  const backup = hsm.command('backup').description('backups of a cluster with its users and keys');
  backup
    .command('create')
    .description('create a backup in Keyhold now, in addition to the daily backups')
    .addHelpText('after', '\nExample:\n  keyhold hsm backup create')
    .action(act(context, backUpNow));
  withApprovalOptions(
    backup
      .command('export')
      .description('write a backup to a file that opens only with recovery shares (as admin)')
      .requiredOption('--path <file>', 'file to write')
      .option(...PASSPHRASE),
  )
    .addHelpText('after', '\nExample:\n  keyhold hsm backup export --path cluster.backup')
    .action(act(context, exportFile));
  backup
    .command('check')
    .description(
      'verify that a backup can be decrypted and is complete; changes nothing (as admin)',
    )
    .requiredOption('--path <file>', 'backup file')
    .option(...SHARE)
    .option(...PASSPHRASE)
    .addHelpText('after', '\nExample:\n  keyhold hsm backup check --path cluster.backup')
    .action(act(context, check));
  backup
    .command('restore')
    .description('restore a backup, with its users and keys, to the first HSM of a cluster')
    .option('--path <file>', 'backup file; omit it for the backup that Keyhold has sent to the HSM')
    .option(...SHARE)
    .option(...PASSPHRASE)
    .requiredOption(...ROOT)
    .option(...FINGERPRINT_OPTION)
    .option(
      '--source-manufacturer-root <file>',
      'manufacturer-root.crt of the installation whose HSM wrote the backup, if it is another one',
    )
    .option(...APPROVAL)
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm backup restore --cluster-id cluster-… --path cluster.backup --share anna.share ben.share --manufacturer-root manufacturer-root.crt',
    )
    .action(act(context, restore));
  backup
    .command('restore-token')
    .description('get a token to restore a backup that requires the approval of several users')
    .requiredOption('--token <file>', 'file to write the token to')
    .requiredOption(...ROOT)
    .option(...FINGERPRINT_OPTION)
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm backup restore-token --token restore.token --manufacturer-root manufacturer-root.crt',
    )
    .action(act(context, restoreToken));
  backup
    .command('list')
    .description('list the backups in Keyhold, or with --path the contents of backup files')
    .option('--path <file...>', 'backup files')
    .option(
      '--key <label>',
      'show only backups that contain a key with this label (for a KMS key, its ARN)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  keyhold hsm backup list --key my-key\n  keyhold hsm backup list --path *.backup --key my-key',
    )
    .action(act(context, list));
}

async function exportFile(context: HsmContext, options: ExportOptions): Promise<object> {
  const { path } = options;
  const passphrase = passphraseIn(options);
  const call = {
    service: 'backup',
    command: 'exportBackup',
    input: passphrase === undefined ? {} : { passphrase },
  } as const;
  return withLogin(context, options, (connection) =>
    callApproved(connection, call, options, async ({ size }) => {
      const file = await download(connection, size);
      writeFileDurably(path, file);
      return backupShape(path, headerOf(file, path));
    }),
  );
}

async function download(connection: HsmConnection, size: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < size;) {
    const { bytes } = await connection.call('readBackup', { offset });
    pieces.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat(pieces);
}

async function check(context: HsmContext, options: CheckOptions): Promise<object> {
  const file = bytesOfFile(options.path);
  const unlock = unlockFrom(options);
  return withLogin(context, options, async (connection) => {
    for (const piece of piecesOf(file, PIECE_BYTES)) await connection.call('writeBackup', piece);
    return backupSummaryShape(await connection.call('checkBackup', unlock));
  });
}

async function restore(context: HsmContext, options: RestoreOptions): Promise<object> {
  const { path } = options;
  const file = path === undefined ? undefined : bytesOfFile(path);
  const clusterId = file && headerOf(file, path ?? '').clusterId;
  const unlock = unlockFrom(options);
  return withNewHsm(context, options, async ({ connection, permit }) => {
    for (const piece of file ? piecesOf(file, UNAUTHENTICATED_PIECE_BYTES) : [])
      await connection.call('writeBackup', { ...piece, permit });
    const approval = approvalFrom(options.approval);
    await connection.call('restoreBackup', { ...unlock, permit, ...approval });
    return {
      'hsm-id': connection.info.hsmId,
      ...(clusterId !== undefined && { 'restored-from': clusterId }),
      'next-step':
        'no crypto user has a password: set one with user change-password, for kmsuser before its key store connects',
    };
  });
}

function unlockFrom({ share, ...options }: UnlockOptions): BackupUnlock {
  const passphrase = passphraseIn(options);
  return {
    ...(share && { shares: share.map(shareIn) }),
    ...(passphrase !== undefined && { passphrase }),
  };
}

/** Returns the first line of the passphrase file. */
function passphraseIn({ passphraseFile }: UnlockOptions): string | undefined {
  if (passphraseFile === undefined) return undefined;
  return bytesOfFile(passphraseFile).toString('utf8').split(/\r?\n/)[0];
}

async function restoreToken(
  context: HsmContext,
  options: NewHsmOptions & { readonly token: string },
): Promise<object> {
  return withNewHsm(context, options, async ({ connection, permit }) => {
    const token = await connection.call('generateRestoreToken', { permit });
    writeTokenFile(options.token, 'restore', token);
    return { path: options.token, 'expires-at': new Date(token.expiresAt).toISOString() };
  });
}

async function list(
  context: HsmContext,
  options: TargetOptions & { readonly path?: readonly string[]; readonly key?: string },
): Promise<object> {
  const { path: paths, key } = options;
  if (!paths) return listKept(context, options);
  const backups = paths.map((path) => ({ path, header: headerOf(bytesOfFile(path), path) }));
  const wanted = backups.filter(
    ({ header }) => key === undefined || header.keys.some(({ label }) => label === key),
  );
  return {
    backups: wanted
      .toSorted((a, b) => a.header.createdAt - b.header.createdAt)
      .map(({ path, header }) => backupShape(path, header)),
  };
}

function* piecesOf(
  file: Uint8Array,
  length: number,
): Generator<{ readonly offset: number; readonly bytes: Uint8Array }> {
  for (let offset = 0; offset < file.length; offset += length)
    yield { offset, bytes: file.subarray(offset, offset + length) };
}

function headerOf(file: Uint8Array, path: string): BackupHeader {
  const backup = decodeBackupFile(file);
  if (!backup) throw new CliError(`${path} is not a Keyhold backup file`);
  return backup.header;
}
