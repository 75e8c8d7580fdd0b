import { verifyPassword } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import type { User } from '../users/index.ts';
import { HsmError, type CommandInput, type HsmErrorCode } from '../wire/index.ts';
import { entryOf, EVERY_ROLE, type CommandsOf, type HsmClient } from './command.ts';
import { anyText, fields, flag, nothing, oneOf, optional, text } from './input.ts';

type Login = CommandInput<'login'>;

export const loginCommands: CommandsOf<'login' | 'logout'> = {
  login: {
    by: 'anyone',
    during: ['active'],
    input: fields<Login>({
      username: text(64),
      role: oneOf('admin', 'crypto-user', 'auditor'),
      password: anyText,
      exclusive: optional(flag),
    }),
    run: async (hsm, client, input) => {
      hsm.loginLimiter.count('other');
      await hsm.initialSync;
      const username = input.username.toLowerCase();
      return hsm.passwordQueue.run(username, () => login(hsm, client, { ...input, username }));
    },
  },
  logout: {
    by: EVERY_ROLE,
    input: nothing,
    run: (hsm, session) => {
      hsm.audit.note(entryOf(session, 'CN_LOGOUT'));
      hsm.sessions.end(session);
      return {};
    },
  },
};

async function login(
  hsm: Hsm,
  client: HsmClient,
  input: Login,
): Promise<{ readonly session: string }> {
  if (client.session)
    throw new HsmError('not-permitted', 'this connection is logged in; log out first');
  const user = await admit(hsm, input);
  const right = await verifyPassword(input.password, user.password ?? '');
  await refuseIfLoggedIn(hsm, input);
  // Another HSM may have changed the password in the meantime.
  if (!right || hsm.users.find(user.username)?.password !== user.password)
    return refuse(hsm, input, 'login-failed');
  const session = hsm.sessions.begin(user.username, user.role);
  try {
    // Replicated before the client continues. Otherwise earlier failures would add up with later
    // ones.
    await hsm.replicate(hsm.lockouts.forget(user.username), entryOf(session, 'CN_LOGIN'));
  } catch (error) {
    hsm.sessions.end(session);
    throw error;
  }
  client.startSession(session);
  return { session: session.id };
}

/** Returns the user if the right password would be accepted. */
async function admit(hsm: Hsm, input: Login): Promise<User> {
  const user = hsm.users.find(input.username);
  if (user?.password === undefined || user.role !== input.role)
    return refuse(hsm, input, 'user-not-found');
  if (hsm.lockouts.isLocked(user.username)) return refuse(hsm, input, 'user-locked');
  await refuseIfLoggedIn(hsm, input);
  return user;
}

async function refuseIfLoggedIn(hsm: Hsm, input: Login): Promise<void> {
  if (input.exclusive !== true) return;
  const { username } = input;
  if (hsm.sessions.count(username) > 0 || (await hsm.peers.sessionsOf(username)) > 0)
    await refuse(hsm, input, 'user-logged-in');
}

/**
 * Records the rejection, and counts it if the password was wrong. The peers receive both before the
 * client is answered.
 */
async function refuse(hsm: Hsm, { username, role }: Login, code: HsmErrorCode): Promise<never> {
  const entry = { opcode: 'CN_LOGIN', username, role, response: code } as const;
  if (code === 'login-failed') await hsm.replicate(hsm.lockouts.countFailure(username), entry);
  else hsm.audit.note(entry);
  throw new HsmError(code, `${username}: ${code.replaceAll('-', ' ')}`);
}
