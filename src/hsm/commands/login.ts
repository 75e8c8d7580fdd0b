import { verifyPassword } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import type { User } from '../users/index.ts';
import { HsmError, type CommandInput, type HsmErrorCode } from '../wire/index.ts';
import { entryOf, EVERY_ROLE, type CommandsOf, type HsmClient } from './command.ts';
import { anyText, fields, flag, nothing, oneOf, optional, text } from './input.ts';
import { isLocked, isLastUsableAdmin } from './usable-admins.ts';

type Login = CommandInput<'login'>;

/** A login from an address. */
interface Attempt extends Login {
  readonly source: string;
}

const VOIDED =
  'the restore of the cluster has voided the password; an admin sets a new one with `keyhold hsm user change-password`';

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
      const { source } = client;
      const username = input.username.toLowerCase();
      const known = hsm.loginSources.isKnown(username, source);
      if (!known && !hsm.unknownLoginRates.take(source))
        throw new HsmError('busy', `too many logins from ${source}; try again in a second`);
      (known ? hsm.loginLimiter : hsm.unknownLoginLimiter).count('other');
      await hsm.initialSync;
      const attempt = { ...input, username, source };
      return known
        ? hsm.passwordQueue.run(username, () => login(hsm, client, attempt))
        : hsm.unknownSourceQueue.run(source, () => login(hsm, client, attempt));
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
  attempt: Attempt,
): Promise<{ readonly session: string }> {
  if (client.session)
    throw new HsmError('not-permitted', 'this connection is logged in; log out first');
  const user = await admit(hsm, attempt);
  const right = await verifyPassword(attempt.password, user.password ?? '');
  await refuseIfLoggedIn(hsm, attempt);
  const current = hsm.users.find(user.username);
  // Another HSM may have changed the password or disabled the user in the meantime.
  if (current?.disabled) return refuse(hsm, attempt, 'user-disabled');
  if (!right || current?.password !== user.password) return refuse(hsm, attempt, 'login-failed');
  const session = hsm.sessions.begin(user.username, user.role);
  try {
    // Replicated before the client continues. Otherwise earlier failures would add up with later
    // ones.
    await hsm.replicate(
      [
        ...hsm.lockouts.forget(user.username),
        ...hsm.loginSources.remember(user.username, attempt.source),
      ],
      entryOf(session, 'CN_LOGIN'),
    );
  } catch (error) {
    hsm.sessions.end(session);
    throw error;
  }
  client.startSession(session);
  return { session: session.id };
}

/** Returns the user if the right password would be accepted. */
async function admit(hsm: Hsm, attempt: Attempt): Promise<User> {
  const user = hsm.users.find(attempt.username);
  if (user?.role !== attempt.role) return refuse(hsm, attempt, 'user-not-found');
  if (user.password === undefined)
    return refuse(hsm, attempt, 'password-voided', `${user.username}: ${VOIDED}`);
  if (user.disabled) return refuse(hsm, attempt, 'user-disabled');
  if (isLocked(hsm, user)) return refuse(hsm, attempt, 'user-locked');
  const slowKnown = isLastUsableAdmin(hsm, user) && hsm.lockouts.isLocked(user.username);
  const wait = hsm.loginSources.wait(user.username, attempt.source, slowKnown);
  if (wait > 0)
    return refuse(
      hsm,
      attempt,
      'user-locked',
      `too many failed logins as ${user.username} from ${attempt.source} or other unknown addresses; try again in ${Math.ceil(wait / 1_000)} s`,
    );
  await refuseIfLoggedIn(hsm, attempt);
  return user;
}

async function refuseIfLoggedIn(hsm: Hsm, attempt: Attempt): Promise<void> {
  if (attempt.exclusive !== true) return;
  const { username } = attempt;
  if (hsm.sessions.count(username) > 0 || (await hsm.peers.sessionsOf(username)) > 0)
    await refuse(hsm, attempt, 'user-logged-in');
}

/**
 * Records the rejection, and counts it if the password was wrong. The peers receive a failure that
 * counts towards the lock before the client is answered.
 */
async function refuse(
  hsm: Hsm,
  { username, role, source }: Attempt,
  code: HsmErrorCode,
  message = `${username}: ${code.replaceAll('-', ' ')}`,
): Promise<never> {
  const entry = {
    opcode: 'CN_LOGIN',
    username,
    role,
    response: code,
    detail: `from ${source}`,
  } as const;
  if (code === 'login-failed') hsm.loginSources.countFailure(username, source);
  if (code === 'login-failed' && hsm.loginSources.isKnown(username, source))
    await hsm.replicate(hsm.lockouts.countFailure(username), entry);
  else hsm.failedLogins.note(entry, source, hsm.users.find(username)?.username);
  throw new HsmError(code, message);
}
