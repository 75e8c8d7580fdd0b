import { Option, type Command } from 'commander';
import type { LoginRole } from '../../hsm/wire/index.ts';
import { act } from './answer.ts';
import { APPROVAL, approvalFrom } from './approval-file.ts';
import { knownPassword, newPassword } from './ask-password.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { ROLES } from './credentials.ts';
import { asUser, withLogin } from './login.ts';
import { addChangeQuorumCommands } from './change-quorum.ts';
import { userShape } from './shapes.ts';
import { withHsm } from './target.ts';

interface UserOptions extends TargetOptions {
  readonly username: string;
  readonly role: LoginRole;
  readonly password?: string;
  readonly approval?: string;
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
    user.command('create'),
    'create a user (as admin)',
    'user create --username kmsuser --role crypto-user',
  )
    .option(...PASSWORD)
    .option(...APPROVAL)
    .action(act(context, setPassword('createUser')));
  named(
    user.command('delete'),
    'delete a user (as admin)',
    'user delete --username alice --role crypto-user',
  )
    .option(...APPROVAL)
    .action(act(context, remove));
  named(
    user.command('change-password'),
    'change your own password, or (as admin) that of any user',
    'user change-password --username alice --role crypto-user',
  )
    .option(...PASSWORD)
    .option(...APPROVAL)
    .action(act(context, setPassword('changePassword')));
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
  return async (context: HsmContext, options: UserOptions): Promise<Named> => {
    const password = await newPassword(context.io, options.password);
    const { username, role, approval } = options;
    const input = { username, role, password, ...approvalFrom(approval) };
    await withLogin(context, options, (connection) => connection.call(command, input));
    return asStored(options);
  };
}

async function remove(context: HsmContext, options: UserOptions): Promise<Named> {
  const { username, role, approval } = options;
  await withLogin(context, options, (connection) =>
    connection.call('deleteUser', { username, role, ...approvalFrom(approval) }),
  );
  return asStored(options);
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
