import { Command, Option } from 'commander';
import { describeCluster } from '../api.ts';
import { attempt, type CliIo, type Env } from '../io.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addClusterCommands } from './cluster-commands.ts';
import type { DescribeCluster, HsmContext, TargetOptions } from './context.ts';
import { formats } from './format.ts';
import { runInteractive } from './interactive.ts';
import { addBackupCommands } from './backup-commands.ts';
import { addCryptoCommands } from './crypto-commands.ts';
import { addGenerateCommands } from './generate-commands.ts';
import { addKeyCommands } from './key-commands.ts';
import { addPemCommands } from './pem-commands.ts';
import { addQuorumCommands } from './quorum-commands.ts';
import { addWrapCommands } from './wrap-commands.ts';
import { addLoginCommands, addUserCommands } from './user-commands.ts';

const HELP = `
Every command logs in with CLOUDHSM_ROLE=admin|crypto-user|auditor and CLOUDHSM_PIN=user:password.

Examples:
  keyhold hsm cluster activate --cluster-id cluster-… --ca-file customerCA.crt
  export CLOUDHSM_CLUSTER_ID=cluster-… CLOUDHSM_CA_FILE=customerCA.crt
  CLOUDHSM_ROLE=admin CLOUDHSM_PIN=admin:… keyhold hsm user create --username kmsuser --role crypto-user
  CLOUDHSM_ROLE=crypto-user CLOUDHSM_PIN=kmsuser:… keyhold hsm key list --verbose`;

const NO_ADDRESSES: readonly string[] = [];
const collect = (one: string, previous: readonly string[]): readonly string[] => [...previous, one];

/** `keyhold hsm`: the commands and output of cloudhsm-cli, directly against the HSMs. */
export function hsmCommand(
  env: Env,
  io: CliIo,
  describe: DescribeCluster = (clusterId) => describeCluster(env, clusterId),
): Command {
  const context: HsmContext = { env, io, describeCluster: describe };
  const hsm = commandTree(context)
    .option(
      '--cluster-id <id>',
      'connect to the HSMs of this cluster, found by DescribeClusters (default: $CLOUDHSM_CLUSTER_ID)',
    )
    .option(
      '--ca-file <file>',
      'certificate of the CA that signed the cluster certificate (default: $CLOUDHSM_CA_FILE)',
    )
    .option(
      '--cluster-certificate <file>',
      'certificate that the CA issued for the cluster (default: $CLOUDHSM_CLUSTER_CERTIFICATE, or that of DescribeClusters)',
    )
    .addOption(
      new Option('--hsm <host:port>', 'connect to this HSM; repeatable')
        .argParser(collect)
        .default(NO_ADDRESSES, 'those of the cluster'),
    )
    .addHelpText('after', HELP);
  hsm
    .command('interactive')
    .description('run commands at a prompt, with one login for all of them')
    .addHelpText(
      'after',
      '\nExample:\n  keyhold hsm interactive --cluster-id cluster-… --ca-file customerCA.crt',
    )
    .action((_: unknown, command: Command) =>
      attempt(io, () =>
        runInteractive(context, command.optsWithGlobals<TargetOptions>(), commandTree),
      ),
    );
  return hsm;
}

/** Creates the commands of both modes. */
function commandTree(context: HsmContext): Command {
  const { io } = context;
  const tree = new Command('hsm')
    .description('manage the HSMs of a cluster, its users and its keys, as with cloudhsm-cli')
    .addOption(
      new Option('--format <format>', 'output format (default: cloudhsm-cli)').choices(formats),
    )
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .configureHelp({ showGlobalOptions: true });
  addClusterCommands(tree, context);
  addLoginCommands(tree, context);
  addUserCommands(tree, context);
  const key = tree.command('key').description('keys of the cluster');
  addKeyCommands(key, context);
  addGenerateCommands(key, context);
  addWrapCommands(key, context);
  addPemCommands(key, context);
  addCryptoCommands(tree, context);
  addQuorumCommands(tree, context);
  addBackupCommands(tree, context);
  addAuditCommands(tree, context);
  return tree;
}
