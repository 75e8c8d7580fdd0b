import type { Command } from 'commander';
import { writeFileDurably } from '../../base/index.ts';
import type { HsmConnection } from '../../hsm/client/index.ts';
import { decodeBackupFile, type BackupHeader } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { act } from './answer.ts';
import { APPROVAL, approvalFrom, writeTokenFile } from './approval-file.ts';
import {
  protectionFrom,
  secretFrom,
  writeShares,
  type ProtectionOptions,
  type SecretOptions,
} from './export-secret.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { backUpNow, listKept } from './kept-backups.ts';
import { withLogin } from './login.ts';
import { withNewHsm } from './new-hsm.ts';
import { backupSummaryShape, backupShape } from './shapes.ts';

interface FileOptions extends TargetOptions, SecretOptions {
  readonly path: string;
  readonly approval?: string;
  readonly manufacturerRoot: string;
}

/** Upload sizes that an HSM accepts at a time, after a login and without one. */
const PIECE_BYTES = 512 * 1024;
const UNAUTHENTICATED_PIECE_BYTES = 12 * 1024;
const PASSPHRASE = [
  '--passphrase <text>',
  'at least 12 characters; prompted for if omitted',
] as const;
const ROOT = [
  '--manufacturer-root <file>',
  'manufacturer-root.crt of the data folder, to verify that the HSM is genuine',
] as const;

/**
 * Adds the commands for backups in Keyhold, and for exports: files of the owner, which any HSM can
 * restore with the passphrase or shares.
 */
export function addBackupCommands(hsm: Command, context: HsmContext): void {
  const backup = hsm.command('backup').description('backups of a cluster with its users and keys');
  backup
    .command('create')
    .description(
      'create a backup in Keyhold, or with --path an encrypted file of your own (as admin)',
    )
    .option('--path <file>', 'file to write')
    .option(...PASSPHRASE)
    .option(
      '--share-holders <user...>',
      'users with a registered RSA key who each get a share, instead of a passphrase',
    )
    .option('--threshold <number>', 'number of shares needed to restore', Number)
    .option(...APPROVAL)
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  keyhold hsm backup create',
        '  keyhold hsm backup create --path cluster.backup',
        '  keyhold hsm backup create --path cluster.backup --share-holders anna ben carla --threshold 2',
        '\nTo decrypt a share, its holder runs:',
        '  openssl pkeyutl -decrypt -inkey anna.key -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 \\',
        '    -in cluster.backup.anna.share -out anna.share',
      ].join('\n'),
    )
    .action(act(context, create));
  fileCommand(
    backup,
    'check',
    'verify that a backup can be decrypted and is complete; changes nothing (as admin)',
    '--path cluster.backup',
  ).action(act(context, check));
  fileCommand(
    backup,
    'restore',
    'restore a backup, with its users and keys, to the first HSM of a new cluster',
    '--cluster-id cluster-… --path cluster.backup --manufacturer-root manufacturer-root.crt',
  )
    .requiredOption(...ROOT)
    .option(...APPROVAL)
    .action(act(context, restore));
  backup
    .command('restore-token')
    .description('get a token to restore a backup that requires the approval of several users')
    .requiredOption('--token <file>', 'file to write the token to')
    .requiredOption(...ROOT)
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

function fileCommand(backup: Command, name: string, text: string, example: string): Command {
  return backup
    .command(name)
    .description(text)
    .requiredOption('--path <file>', 'backup file')
    .option(...PASSPHRASE)
    .option(
      '--share <file...>',
      'files with decrypted shares, as many as the threshold, instead of a passphrase',
    )
    .addHelpText('after', `\nExample:\n  keyhold hsm backup ${name} ${example}`);
}

type CreateOptions = TargetOptions &
  ProtectionOptions & { readonly path?: string; readonly approval?: string };

async function create(context: HsmContext, options: CreateOptions): Promise<object> {
  const { path, approval, ...target } = options;
  if (path === undefined) return backUpNow(context, target);
  const protection = await protectionFrom(context.io, options);
  return withLogin(context, target, async (connection) => {
    const { size, shares } = await connection.call('exportBackup', {
      ...protection,
      ...approvalFrom(approval),
    });
    const pieces: Uint8Array[] = [];
    for (let offset = 0; offset < size;) {
      const { bytes } = await connection.call('readBackup', { offset });
      pieces.push(bytes);
      offset += bytes.length;
    }
    const file = Buffer.concat(pieces);
    writeFileDurably(path, file);
    return { ...backupShape(path, headerOf(file, path)), ...writeShares(path, shares) };
  });
}

async function check(context: HsmContext, options: FileOptions): Promise<object> {
  const file = bytesOfFile(options.path);
  const secret = await secretFrom(context.io, options);
  return withLogin(context, options, async (connection) => {
    await upload(connection, file, PIECE_BYTES);
    return backupSummaryShape(await connection.call('checkBackup', secret));
  });
}

async function restore(context: HsmContext, options: FileOptions): Promise<object> {
  const file = bytesOfFile(options.path);
  const { clusterId } = headerOf(file, options.path);
  const secret = await secretFrom(context.io, options);
  return withNewHsm(context, options, async (connection) => {
    await upload(connection, file, UNAUTHENTICATED_PIECE_BYTES);
    await connection.call('restoreBackup', { ...secret, ...approvalFrom(options.approval) });
    return { 'hsm-id': connection.info.hsmId, 'restored-from': clusterId };
  });
}

async function restoreToken(
  context: HsmContext,
  options: TargetOptions & { readonly token: string; readonly manufacturerRoot: string },
): Promise<object> {
  return withNewHsm(context, options, async (connection) => {
    const token = await connection.call('generateRestoreToken', {});
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

async function upload(connection: HsmConnection, file: Uint8Array, piece: number): Promise<void> {
  for (let offset = 0; offset < file.length; offset += piece) {
    await connection.call('writeBackup', { offset, bytes: file.subarray(offset, offset + piece) });
  }
}

function headerOf(file: Uint8Array, path: string): BackupHeader {
  const backup = decodeBackupFile(file);
  if (!backup) throw new CliError(`${path} is not a Keyhold backup file`);
  return backup.header;
}
