import type { Command } from 'commander';
import { act } from './answer.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { withLogin } from './login.ts';
import { coverageShape } from './shapes.ts';

interface RevocationOptions extends TargetOptions, ApprovalOptions {
  readonly username: string;
}

/** Adds the commands that end users' sessions on all HSMs. cloudhsm-cli has none. */
export function addRevocationCommands(user: Command, context: HsmContext): void {
  const commands = [
    ['logout', 'logoutUser', 'end all sessions of a user, who can log in again (as admin)'],
    [
      'disable',
      'disableUser',
      'end all sessions of a user and reject its logins and approvals (as admin)',
    ],
    ['enable', 'enableUser', 'let a disabled user log in again (as admin)'],
  ] as const;
  for (const [name, command, text] of commands)
    withApprovalOptions(user.command(name))
      .description(text)
      .requiredOption('--username <name>', 'name of the user')
      .addHelpText('after', `\nExample:\n  keyhold hsm user ${name} --username kmsuser`)
      .action(act(context, revoke(command)));
}

function revoke(command: 'logoutUser' | 'disableUser' | 'enableUser') {
  return (context: HsmContext, options: RevocationOptions): Promise<object> => {
    const { username } = options;
    const call = { service: 'user', command, input: { username } } as const;
    return withLogin(context, options, (connection) =>
      callApproved(connection, call, options, ({ sessions, coverage }) => ({
        username: username.toLowerCase(),
        ...(command !== 'enableUser' && { 'sessions-ended': sessions }),
        'cluster-coverage': coverageShape(coverage),
      })),
    );
  };
}
