import type { Command } from 'commander';
import { writeFileDurably } from '../../base/index.ts';
import {
  fingerprintOf,
  InvalidKeyError,
  readCertificate,
  readRecipientKey,
} from '../../crypto/index.ts';
import type { HsmConnection } from '../../hsm/client/index.ts';
import {
  recoveryRequestText,
  type IssuedRecovery,
  type RecoveryHolder,
  type RecoveryHolderInfo,
  type RecoveryInfo,
  type RecoveryOrder,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { act } from './answer.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile, bytesTo } from './files.ts';
import { withLogin } from './login.ts';
import {
  openCommands,
  openShareFile,
  checkShareFiles,
  recoveryOrder,
  writeShareFiles,
  type HolderOptions,
} from './recovery-files.ts';

type RequestOptions = TargetOptions & HolderOptions & { readonly path: string };
type ReissueOptions = TargetOptions &
  HolderOptions &
  ApprovalOptions & { readonly signature: string };

/** Adds the options that name recovery holders. */
export function withHolders(command: Command): Command {
  return command
    .option(
      '--recovery-holder <name=file...>',
      'recovery holder and PEM file with their public key (RSA or EC P-256), who gets a share of the recovery key; repeatable',
    )
    .option(
      '--recovery-threshold <number>',
      'number of shares that open a backup, from 1 to the number of holders',
      Number,
    )
    .option('--recovery-shares-dir <folder>', 'folder for the encrypted share files', '.');
}

/** Adds the commands for the key that exports, and backups of a guarded cluster, open with. */
export function addRecoveryCommands(cluster: Command, context: HsmContext): void {
  const recovery = cluster
    .command('recovery')
    .description('the recovery key of the cluster and its holders');
  recovery
    .command('show')
    .description('show the recovery key’s ID and holders (as admin or auditor)')
    .addHelpText('after', '\nExample:\n  keyhold hsm cluster recovery show')
    .action(act(context, show));
  withHolders(
    recovery
      .command('request')
      .description('write the request for other recovery holders, which the customer’s CA signs')
      .requiredOption('--path <file>', 'file to write'),
  )
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  keyhold hsm cluster recovery request --recovery-holder anna=anna.pem --recovery-holder ben=ben.pem \\',
        '    --recovery-threshold 2 --path recovery.request',
        '  openssl dgst -sha256 -sign customerCA.key -out recovery.signature recovery.request',
      ].join('\n'),
    )
    .action(act(context, request));
  withApprovalOptions(
    withHolders(
      recovery
        .command('reissue')
        .description(
          'make another recovery key for these holders (as admin); earlier backups need the earlier shares',
        )
        .requiredOption('--signature <file>', 'signature of the request by the customer’s CA'),
    ),
  )
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  keyhold hsm cluster recovery reissue --recovery-holder anna=anna.pem --recovery-holder ben=ben.pem \\',
        '    --recovery-threshold 2 --signature recovery.signature',
      ].join('\n'),
    )
    .action(act(context, reissue));
  recovery
    .command('open-share')
    .description('decrypt a share file with its holder’s private key')
    .requiredOption('--share-file <file>', 'share file, NAME.recovery-share.json')
    .requiredOption('--private-key <file>', 'PEM file with the holder’s private key')
    .requiredOption('--path <file>', 'file to write the decrypted share to')
    .addHelpText(
      'after',
      [
        '\nExample:',
        '  keyhold hsm cluster recovery open-share --share-file anna.recovery-share.json --private-key anna.key --path anna.share',
      ].join('\n'),
    )
    .action(act(context, openShare));
}

async function show(context: HsmContext, options: TargetOptions): Promise<object> {
  return withLogin(context, options, async (connection) => {
    const { guarded, recovery } = await connection.call('describeRecovery', {});
    return { guarded, ...(recovery && recoveryShape(recovery)) };
  });
}

async function request(context: HsmContext, options: RequestOptions): Promise<object> {
  const order = required(options);
  return withLogin(context, options, async (connection) => {
    const { recovery } = await connection.call('describeRecovery', {});
    const text = requestFor(connection, order, recovery?.keyId);
    writeFileDurably(options.path, text);
    return {
      path: options.path,
      'next-step': `openssl dgst -sha256 -sign customerCA.key -out recovery.signature ${options.path}`,
    };
  });
}

async function reissue(context: HsmContext, options: ReissueOptions): Promise<object> {
  const order = required(options);
  checkShareFiles(options, order);
  const signature = bytesOfFile(options.signature);
  const call = {
    service: 'quorum',
    command: 'reissueRecovery',
    input: { ...order, signature },
  } as const;
  return withLogin(context, options, (connection) =>
    callApproved(connection, call, options, (issued) =>
      issuedShape(options, connection.info.clusterId, issued),
    ),
  );
}

function openShare(
  _context: HsmContext,
  options: { readonly shareFile: string; readonly privateKey: string; readonly path: string },
): Promise<object> {
  const share = openShareFile(options.shareFile, options.privateKey);
  return Promise.resolve(bytesTo('share', share, options.path));
}

/** Writes the share files of a new recovery key, and describes them. */
export function issuedShape(
  options: HolderOptions,
  clusterId: string,
  issued: IssuedRecovery,
): object {
  return {
    ...recoveryShape(issued),
    shares: writeShareFiles(options, clusterId, issued),
    'to-open-a-share': openCommands('NAME'),
  };
}

function recoveryShape({ keyId, threshold, holders }: RecoveryInfo): object {
  return { 'recovery-key-id': keyId, threshold, holders };
}

function requestFor(
  { clusterCertificate, info }: HsmConnection,
  { holders, threshold }: RecoveryOrder,
  replaces: string | undefined,
): string {
  const certificate = readCertificate(clusterCertificate);
  return recoveryRequestText({
    clusterId: info.clusterId,
    clusterKey: certificate ? fingerprintOf(certificate.publicKey) : '',
    replaces,
    threshold,
    holders: holders.map(describe),
  });
}

function describe({ name, publicKey }: RecoveryHolder): RecoveryHolderInfo {
  try {
    return { name, fingerprint: fingerprintOf(readRecipientKey(publicKey)) };
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw new CliError(`the public key of ${name} ${error.message}`);
  }
}

function required(options: HolderOptions): RecoveryOrder {
  const order = recoveryOrder(options);
  if (!order) throw new CliError('missing holders: pass --recovery-holder NAME=FILE.pem for each');
  return order;
}
