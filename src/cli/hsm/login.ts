import type { HsmConnection } from '../../hsm/client/index.ts';
import type { LoginRole } from '../../hsm/wire/index.ts';
import { CliError, type Env } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import type { LoggedIn } from './session.ts';
import { withHsm } from './target.ts';

export const ROLES: readonly LoginRole[] = ['admin', 'crypto-user', 'auditor'];

export interface Login {
  readonly username: string;
  readonly role: LoginRole;
  readonly password: string;
}

/** Single-command mode: each command logs in as CLOUDHSM_ROLE with CLOUDHSM_PIN and its session ends with it. */
export function loginFrom(env: Env): Login {
  const pin = env['CLOUDHSM_PIN'];
  if (!pin)
    throw new CliError(
      'not logged in: set CLOUDHSM_ROLE=admin|crypto-user|auditor and CLOUDHSM_PIN=user:password',
    );
  const [, username, password] = /^([^:]+):(.+)$/s.exec(pin) ?? [];
  if (username === undefined || password === undefined)
    throw new CliError('CLOUDHSM_PIN is not user:password');
  const role = ROLES.find((one) => one === env['CLOUDHSM_ROLE']);
  if (!role) throw new CliError(`CLOUDHSM_ROLE is not one of ${ROLES.join(', ')}`);
  return { username, role, password };
}

/** Lends `work` a connection that is logged in: as the environment says, or as who logged in interactively. */
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
    // So that the user counts as logged out when the next command begins; the work is done even if this fails.
    await connection.call('logout', {}).catch(() => undefined);
  }
}
