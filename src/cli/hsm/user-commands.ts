import { Option, type Command } from 'commander';
import type { LoginRole } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { callApproved, withApprovalOptions, type ApprovalOptions } from './approved-call.ts';
import { knownPassword, newPassword } from './ask-password.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { ROLES } from './credentials.ts';
import { asUser, withLogin } from './login.ts';
import { addChangeQuorumCommands } from './change-quorum.ts';
import { addRevocationCommands } from './revocation-commands.ts';
import { userShape } from './shapes.ts';
import { withHsm } from './target.ts';

interface UserOptions extends TargetOptions, ApprovalOptions {
  readonly username: string;
  readonly role: LoginRole;
  readonly password?: string;
}

interface Named {
  readonly username: string;
  readonly role: LoginRole;
}

const PASSWORD = ['--password <password>', 'prompted for if omitted'] as const;

function named(command: Command, text: string, example: string): Command {
  return command
    .description(text)
    .requiredOption('--username <name>', 'name of the user')
    .addOption(new Option('--role <role>', 'role of the user').choices(ROLES).makeOptionMandatory())
    .addHelpText('after', `\nExample:\n  keyhold hsm ${example}`);
}

export function addUserCommands(hsm: Command, context: HsmContext): void {
  const user = hsm.command('user').description('users of the cluster');
  user
    .command('list')
    .description('list users')
    .addHelpText('after', '\nExample:\n  keyhold hsm user list')
    .action(act(context, list));
  named(
    withApprovalOptions(user.command('create')),
    'create a user (as admin)',
    'user create --username kmsuser --role crypto-user',
  )
    .option(...PASSWORD)
    .action(act(context, setPassword('createUser')));
  named(
    withApprovalOptions(user.command('delete')),
    'delete a user (as admin)',
    'user delete --username alice --role crypto-user',
  ).action(act(context, remove));
  named(
    withApprovalOptions(user.command('change-password')),
    'change your own password, or (as admin) that of any user',
    'user change-password --username alice --role crypto-user',
  )
    .option(...PASSWORD)
    .action(act(context, setPassword('changePassword')));
  addRevocationCommands(user, context);
  addChangeQuorumCommands(user, context);
}

/** Adds login and logout. In single-command mode, they only check the credentials. */
export function addLoginCommands(hsm: Command, context: HsmContext): void {
  named(
    hsm.command('login'),
    'log in; as a single command, only check the credentials',
    'login --username alice --role crypto-user',
  )
    .option(...PASSWORD)
    .action(act(context, logIn));
  hsm
    .command('logout')
    .description(
      'log out; as a single command, do nothing, because each command has its own session',
    )
    .addHelpText('after', '\nExample:\n  keyhold hsm logout')
    .action(act(context, logOut));
}

/** User names are case-insensitive. Shows them in lower case, as the HSM stores them. */
function asStored({ username, role }: Named): Named {
  return { username: username.toLowerCase(), role };
}

async function list(context: HsmContext, options: TargetOptions): Promise<object> {
  return withHsm(context, options, async (connection) => ({
    users: (await connection.call('listUsers', {})).users.map(userShape),
  }));
}

function setPassword(command: 'createUser' | 'changePassword') {
  return async (context: HsmContext, options: UserOptions): Promise<object> => {
    const { username, role } = options;
    const requesting = options.requestApproval !== undefined;
    // An approval does not cover the password.
    const password = requesting ? '' : await newPassword(context.io, options.password);
    const call = { service: 'user', command, input: { username, role, password } } as const;
    return withLogin(context, options, (connection) =>
      callApproved(connection, call, options, () => asStored(options)),
    );
  };
}

async function remove(context: HsmContext, options: UserOptions): Promise<object> {
  const { username, role } = options;
  const call = { service: 'user', command: 'deleteUser', input: { username, role } } as const;
  return withLogin(context, options, (connection) =>
    callApproved(connection, call, options, () => asStored(options)),
  );
}

async function logIn(context: HsmContext, options: UserOptions): Promise<Named> {
  const { username, role } = options;
  const login = { username, role, password: await knownPassword(context.io, options.password) };
  if (context.session) await context.session.logIn(login);
  else
    await withHsm(context, options, (connection) =>
      asUser(connection, login, () => Promise.resolve()),
    );
  return asStored(options);
}

async function logOut({ session }: HsmContext): Promise<string> {
  await session?.logOut();
  return 'Logout successful';
}
