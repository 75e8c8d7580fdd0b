import type { Command } from 'commander';
import {
  formatFingerprint,
  parseFingerprint,
  type JoinRequest,
  type MemberInfo,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { act } from './answer.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';

interface MemberOptions extends TargetOptions, ApprovalOptions {
  readonly hsmId: string;
}

const ADMIT_HELP = `
Compare the fingerprint with the one that the HSM shows on its own console: the output of keyhold hsm serve on its
host. The HSM gets all keys of the cluster.

Examples:
  keyhold hsm cluster members
  keyhold hsm cluster admit --hsm-id hsm-… --fingerprint 51c4-…`;

/** Adds the commands for the HSMs that belong to the cluster. */
export function addMemberCommands(cluster: Command, context: HsmContext): void {
  cluster
    .command('members')
    .description(
      'list the HSMs of the cluster, and those that wait for admission (as admin or auditor)',
    )
    .addHelpText('after', '\nExample:\n  keyhold hsm cluster members')
    .action(act(context, list));
  withApprovalOptions(cluster.command('admit'))
    .description('admit an HSM that waits to join a guarded cluster (as admin)')
    .requiredOption('--hsm-id <id>', 'ID of the HSM')
    .requiredOption('--fingerprint <hex>', 'fingerprint of its hardware key')
    .addHelpText('after', ADMIT_HELP)
    .action(act(context, admit));
  withApprovalOptions(cluster.command('remove-hsm'))
    .description('remove an HSM permanently, or refuse one that waits for admission (as admin)')
    .requiredOption('--hsm-id <id>', 'ID of the HSM')
    .addHelpText('after', '\nExample:\n  keyhold hsm cluster remove-hsm --hsm-id hsm-…')
    .action(act(context, remove));
}

async function list(context: HsmContext, options: TargetOptions): Promise<object> {
  return withLogin(context, options, async (connection) => {
    const { guarded, members, waiting } = await connection.call('listMembers', {});
    return { guarded, members: members.map(memberShape), waiting: waiting.map(requestShape) };
  });
}

async function admit(
  context: HsmContext,
  options: MemberOptions & { readonly fingerprint: string },
): Promise<object> {
  const { hsmId } = options;
  const fingerprint = parseFingerprint(options.fingerprint);
  if (fingerprint === undefined)
    throw new CliError(
      `invalid --fingerprint "${options.fingerprint}": must have 64 hex digits, as shown by \`cluster members\``,
    );
  const call = { service: 'user', command: 'admitHsm', input: { hsmId, fingerprint } } as const;
  return withLogin(context, options, (connection) =>
    callApproved(connection, call, options, () => ({
      'hsm-id': hsmId,
      fingerprint: formatFingerprint(fingerprint),
    })),
  );
}

async function remove(context: HsmContext, options: MemberOptions): Promise<object> {
  const { hsmId } = options;
  // An HSM cannot remove itself.
  const others = {
    ...context,
    describeCluster: async (clusterId: string) => {
      const cluster = await context.describeCluster(clusterId);
      return { ...cluster, addresses: cluster.addresses.filter((hsm) => hsm.hsmId !== hsmId) };
    },
  };
  const call = { service: 'user', command: 'removeHsm', input: { hsmId } } as const;
  return withLogin(others, options, (connection) =>
    callApproved(connection, call, options, () => ({ 'hsm-id': hsmId })),
  );
}

function memberShape(member: MemberInfo): object {
  const { hsmId, fingerprint, host, zone, admittedBy, admittedAt, admin } = member;
  return {
    'hsm-id': hsmId,
    fingerprint: formatFingerprint(fingerprint),
    host,
    zone,
    'admitted-by': admittedBy,
    'admitted-at': new Date(admittedAt).toISOString(),
    ...(admin !== undefined && { admin }),
  };
}

function requestShape({ hsmId, fingerprint, host, zone, requestedAt }: JoinRequest): object {
  return {
    'hsm-id': hsmId,
    fingerprint: formatFingerprint(fingerprint),
    host,
    zone,
    'requested-at': new Date(requestedAt).toISOString(),
  };
}
