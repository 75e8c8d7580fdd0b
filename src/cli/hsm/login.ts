import type { HsmConnection } from '../../hsm/client/index.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { loginFrom, type Login } from './credentials.ts';
import type { LoggedIn } from './session.ts';
import { withHsm } from './target.ts';

/**
 * Passes `work` a connection that is logged in: with the credentials of the environment, or with
 * the interactive login.
 */
export async function withLogin<R>(
  context: HsmContext,
  options: TargetOptions,
  work: (connection: HsmConnection, login: LoggedIn) => Promise<R>,
): Promise<R> {
  const { session } = context;
  if (session) return work(await session.connection(), session.loggedIn);
  const login = loginFrom(context.env);
  return withHsm(context, options, (connection) =>
    asUser(connection, login, () => work(connection, login)),
  );
}

/** Runs `work` between login and logout. */
export async function asUser<R>(
  connection: HsmConnection,
  login: Login,
  work: () => Promise<R>,
): Promise<R> {
  await connection.call('login', {
    username: login.username,
    role: login.role,
    password: login.password,
  });
  try {
    return await work();
  } finally {
    // The user must be logged out when the next command begins. A failure does not undo the work.
    await connection.call('logout', {}).catch(() => undefined);
  }
}
