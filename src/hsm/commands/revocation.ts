import type { Opcode } from '../audit/index.ts';
import type { Hsm } from '../hsm.ts';
import type { Change } from '../replication/index.ts';
import { Users, type Session, type User } from '../users/index.ts';
import { HsmError, type CommandInput, type CommandOutput } from '../wire/index.ts';
import { approval } from './approve.ts';
import { userChange } from './change-of-approvers.ts';
import { ADMIN, entryOf, type CommandsOf } from './command.ts';
import type { GuardedAction } from './guarded-action.ts';
import { fields, text } from './input.ts';
import { keepApprovers } from './quorum.ts';
import { isLastUsableAdmin } from './usable-admins.ts';

type Names = 'logoutUser' | 'disableUser' | 'enableUser';
type Input = CommandInput<Names>;

const input = fields<Input>({ username: text(64), approval });

/** Ends users' sessions on all HSMs, and keeps users from logging in. */
export const revocationCommands: CommandsOf<Names> = {
  logoutUser: {
    by: ADMIN,
    opcode: 'KH_LOGOUT_USER',
    quorum: userAction,
    input,
    run: (hsm, session, input) => {
      const user = find(hsm, input);
      return revoke(hsm, session, user, 'KH_LOGOUT_USER', Users.logOut(user.username));
    },
  },
  disableUser: {
    by: ADMIN,
    opcode: 'KH_DISABLE_USER',
    quorum: userAction,
    input,
    run: (hsm, session, input) => {
      const user = find(hsm, input);
      return revoke(hsm, session, user, 'KH_DISABLE_USER', Users.disable(user.username), () => {
        if (isLastUsableAdmin(hsm, user))
          throw new HsmError('last-admin', `${user.username} is the last admin who can log in`);
        keepApprovers(hsm, user.username);
      });
    },
  },
  enableUser: {
    by: ADMIN,
    opcode: 'KH_ENABLE_USER',
    quorum: userAction,
    input,
    run: (hsm, session, input) => {
      const user = find(hsm, input);
      return revoke(hsm, session, user, 'KH_ENABLE_USER', Users.enable(user.username));
    },
  },
};

function userAction(hsm: Hsm, _session: Session, { username, approval }: Input): GuardedAction {
  return userChange(hsm, hsm.users.find(username)?.role ?? 'admin', approval);
}

function find(hsm: Hsm, { username }: Input): User {
  const user = hsm.users.find(username);
  if (user?.password === undefined)
    throw new HsmError('user-not-found', `there is no user ${username.toLowerCase()}`);
  return user;
}

/**
 * `check` throws if the change is not allowed. Nothing can happen between it and the change, for
 * example the same for another user.
 */
async function revoke(
  hsm: Hsm,
  session: Session,
  { username }: User,
  opcode: Opcode,
  change: Change,
  check: () => void = () => undefined,
): Promise<CommandOutput<Names>> {
  check();
  const sessions = (await hsm.peers.sessionsOf(username)) + hsm.sessions.count(username);
  check();
  const on = await hsm.replicate([change], entryOf(session, opcode, { detail: username }));
  return { sessions, coverage: { on, of: 1 + hsm.peers.known.length } };
}
