import { hashPassword } from '../../crypto/index.ts';
import type { Opcode } from '../audit/index.ts';
import type { Hsm } from '../hsm.ts';
import { unsharedWith } from '../keys/index.ts';
import {
  isPassword,
  isUsername,
  MAX_USERS,
  Users,
  type Session,
  type User,
} from '../users/index.ts';
import { HsmError, type CommandInput, type LoginRole, type UserInfo } from '../wire/index.ts';
import { approval } from './approve.ts';
import { ADMIN, entryOf, EVERY_ROLE, type CommandsOf } from './command.ts';
import { anyText, fields, nothing, oneOf, text } from './input.ts';
import { userChange } from './change-of-approvers.ts';
import { keepApprovers } from './quorum.ts';
import { isLastUsableAdmin, isLocked } from './usable-admins.ts';

type Empty = Readonly<Record<string, never>>;
const loginRole = oneOf('admin', 'crypto-user', 'auditor');
const nameAndRole = { username: text(64), role: loginRole };

export const userCommands: CommandsOf<
  'listUsers' | 'createUser' | 'deleteUser' | 'changePassword'
> = {
  listUsers: {
    by: 'anyone',
    during: ['initialized', 'active'],
    input: nothing,
    run: (hsm) => ({ users: hsm.users.list().map((user) => describe(hsm, user)) }),
  },
  createUser: {
    by: ADMIN,
    opcode: ({ role }) => creationOf(role),
    quorum: (hsm, _session, { role, approval }) => userChange(hsm, role, approval),
    input: fields<CommandInput<'createUser'>>({ ...nameAndRole, password: anyText, approval }),
    run: (hsm, session, input) =>
      hsm.passwordQueue.run(input.username.toLowerCase(), () => createUser(hsm, session, input)),
  },
  deleteUser: {
    by: ADMIN,
    opcode: 'CN_DELETE_USER',
    quorum: (hsm, _session, { role, approval }) => userChange(hsm, role, approval),
    input: fields<CommandInput<'deleteUser'>>({ ...nameAndRole, approval }),
    run: deleteUser,
  },
  changePassword: {
    by: EVERY_ROLE,
    opcode: 'CN_CHANGE_PSWD',
    quorum: (hsm, session, { username, role, approval }) =>
      isOwn(session, username) ? undefined : userChange(hsm, role, approval),
    input: fields<CommandInput<'changePassword'>>({ ...nameAndRole, password: anyText, approval }),
    run: (hsm, session, input) =>
      hsm.passwordQueue.run(input.username.toLowerCase(), () =>
        changePassword(hsm, session, input),
      ),
  },
};

function describe(hsm: Hsm, user: User): UserInfo {
  const { username, role, quorumKey } = user;
  return {
    username,
    role,
    approver: quorumKey !== undefined,
    locked: isLocked(hsm, user),
    disabled: user.disabled === true,
    coverage: hsm.peers.coverage('user', username),
  };
}

function creationOf(role: LoginRole): Opcode {
  return role === 'admin' ? 'CN_CREATE_CO' : 'CN_CREATE_USER';
}

async function createUser(
  hsm: Hsm,
  session: Session,
  { username: given, role, password }: CommandInput<'createUser'>,
): Promise<Empty> {
  if (!isUsername(given))
    throw new HsmError(
      'invalid-argument',
      'a user name must have 1 to 31 letters, digits or underscores',
    );
  checkPassword(password);
  const username = given.toLowerCase();
  const check = (): void => {
    if (hsm.users.find(username))
      throw new HsmError('user-exists', `user ${username} already exists`);
    if (hsm.users.size >= MAX_USERS)
      throw new HsmError('limit-exceeded', `the limit of ${MAX_USERS} users is reached`);
  };
  check();
  const hash = await hashPassword(password);
  check();
  const entry = entryOf(session, creationOf(role), { detail: `${role} ${username}` });
  await hsm.replicate(
    [
      Users.put({ username, role, password: hash }),
      ...hsm.users.begin(username, hsm.replica.sequenceOf('user', username) !== undefined),
      ...hsm.lockouts.forget(username),
      ...hsm.loginSources.forget(username),
    ],
    entry,
  );
  return {};
}

async function deleteUser(
  hsm: Hsm,
  session: Session,
  input: CommandInput<'deleteUser'>,
): Promise<Empty> {
  const user = find(hsm, input);
  const { username, role } = user;
  const check = (): void => {
    if (isLastUsableAdmin(hsm, user))
      throw new HsmError('last-admin', `${username} is the last admin who can log in`);
    if (hsm.keys.owns(username)) throw new HsmError('user-owns-keys', `${username} owns keys`);
    keepApprovers(hsm, username);
  };
  check();
  await checkLoggedOut(hsm, username);
  check();
  const entry = entryOf(session, 'CN_DELETE_USER', { detail: `${role} ${username}` });
  // A later user with the same name must not inherit access to these keys.
  const unshared = hsm.keys
    .sharedWith(username)
    .flatMap((key) => hsm.keys.alteration(unsharedWith(key, username)));
  await hsm.replicate(
    [
      Users.remove(username),
      ...hsm.users.forget(username),
      ...hsm.lockouts.forget(username),
      ...hsm.loginSources.forget(username),
      ...unshared,
    ],
    entry,
  );
  return {};
}

async function changePassword(
  hsm: Hsm,
  session: Session,
  input: CommandInput<'changePassword'>,
): Promise<Empty> {
  const own = isOwn(session, input.username);
  if (!own && session.role !== 'admin')
    throw new HsmError('not-permitted', "only an admin may change another user's password");
  const { username, role } = find(hsm, input);
  checkPassword(input.password);
  const password = await hashPassword(input.password);
  if (!own) await checkLoggedOut(hsm, username);
  // Re-read the user. If it was deleted while the password was hashed, do not recreate it.
  const user = find(hsm, input);
  const entry = entryOf(session, 'CN_CHANGE_PSWD', { detail: `${role} ${username}` });
  await hsm.replicate([Users.put({ ...user, password }), ...hsm.lockouts.forget(username)], entry);
  return {};
}

function isOwn(session: Session, username: string): boolean {
  return session.username === username.toLowerCase();
}

function find(
  hsm: Hsm,
  { username, role }: { readonly username: string; readonly role: LoginRole },
): User {
  const user = hsm.users.find(username);
  if (user?.role !== role)
    throw new HsmError('user-not-found', `there is no ${role} ${username.toLowerCase()}`);
  return user;
}

async function checkLoggedOut(hsm: Hsm, username: string): Promise<void> {
  const elsewhere = await hsm.peers.sessionsOf(username);
  if (elsewhere + hsm.sessions.count(username) > 0)
    throw new HsmError(
      'user-logged-in',
      `${username} is logged in; end its sessions: user logout --username ${username} (a client that knows the password logs in again; to keep it out: user disable --username ${username})`,
    );
}

function checkPassword(password: string): void {
  if (!isPassword(password))
    throw new HsmError('invalid-argument', 'a password must have 7 to 32 characters');
}
