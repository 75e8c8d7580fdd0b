import type { Command } from 'commander';
import { connectHsm, type ConnectOptions, type HsmAddress } from '../../hsm/client/index.ts';
import type { HsmInfo } from '../../hsm/wire/index.ts';
import { CliError, messageOf } from '../io.ts';
import { act } from './answer.ts';
import { newPassword } from './ask-password.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { FINGERPRINT_OPTION, provenHardware } from './hardware.ts';
import { addMemberCommands } from './member-commands.ts';
import { addRecoveryCommands, issuedShape, withHolders } from './recovery-commands.ts';
import { checkShareFiles, recoveryOrder, type HolderOptions } from './recovery-files.ts';
import { hsmShape } from './shapes.ts';
import { addressesOf, targetOf, trustAnchorOf, withHsm } from './target.ts';

interface ActivateOptions extends TargetOptions, HolderOptions {
  readonly password?: string;
  readonly guarded?: boolean;
  readonly fingerprint?: string;
}

const ORDINARY =
  'Cluster activation successful. This is an ordinary cluster: the operator of Keyhold can restore its backups. To keep the operator out, activate a cluster with --guarded.';

export function addClusterCommands(hsm: Command, context: HsmContext): void {
  const cluster = hsm.command('cluster').description('commands for the whole cluster');
  withHolders(
    cluster
      .command('activate')
      .description('set the password of the first admin; the cluster becomes ACTIVE')
      .option('--password <password>', 'prompted for if omitted')
      .option(...FINGERPRINT_OPTION)
      .option(
        '--guarded',
        'make a guarded cluster: its backups open only with recovery shares, and its admins admit each HSM',
      ),
  )
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  keyhold hsm cluster activate --cluster-id cluster-… --ca-file customerCA.crt',
        '  keyhold hsm cluster activate --cluster-id cluster-… --ca-file customerCA.crt --guarded \\',
        '    --fingerprint 51c4-… \\',
        '    --recovery-holder anna=anna.pem --recovery-holder ben=ben.pem --recovery-threshold 2',
      ].join('\n'),
    )
    .action(act(context, activate));
  cluster
    .command('hsm-info')
    .description(
      'show information about the HSMs; --ca-file is optional before the cluster is initialized',
    )
    .addHelpText('after', '\nExample:\n  keyhold hsm cluster hsm-info --cluster-id cluster-…')
    .action(act(context, showHsms));
  addMemberCommands(cluster, context);
  addRecoveryCommands(cluster, context);
}

async function activate(context: HsmContext, options: ActivateOptions): Promise<unknown> {
  const recovery = recoveryOrder(options);
  if (recovery) checkShareFiles(options, recovery);
  const { guarded = false } = options;
  if (guarded && !recovery)
    throw new CliError(
      '--guarded requires recovery holders: pass --recovery-holder NAME=FILE.pem and --recovery-threshold',
    );
  const password = await newPassword(context.io, options.password);
  return withHsm(context, options, async (connection) => {
    if (options.fingerprint !== undefined) await provenHardware(connection, options.fingerprint);
    const { recovery: issued } = await connection.call('activate', {
      password,
      ...(recovery && { recovery }),
      ...(guarded && { guarded }),
    });
    if (!issued) return ORDINARY;
    return {
      message: guarded ? 'Guarded cluster activation successful' : ORDINARY,
      ...issuedShape(options, connection.info.clusterId, issued),
    };
  });
}

async function showHsms(context: HsmContext, options: TargetOptions): Promise<object> {
  const { addresses, trust } =
    trustAnchorOf(context, options) === undefined
      ? { addresses: await addressesOf(context, options), trust: { trustAnchor: undefined } }
      : await targetOf(context, options);
  const answers = await Promise.allSettled(addresses.map((address) => infoOf(address, trust)));
  const hsms = answers.flatMap((one) => (one.status === 'fulfilled' ? [hsmShape(one.value)] : []));
  const failures = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (hsms.length === 0) throw failures[0];
  return { hsms, ...(failures.length > 0 && { unreachable: failures.map(messageOf) }) };
}

async function infoOf(address: HsmAddress, trust: ConnectOptions): Promise<HsmInfo> {
  const connection = await connectHsm(address, trust);
  try {
    if (trust.trustAnchor === undefined && connection.info.lifecycle !== 'uninitialized') {
      throw new CliError(
        'missing CA of the cluster certificate: the cluster is initialized, so pass --ca-file customerCA.crt',
      );
    }
    return connection.info;
  } finally {
    connection.close();
  }
}
