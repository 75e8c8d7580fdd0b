import type { LoginRole } from '../../hsm/wire/index.ts';
import { CliError, type Env } from '../io.ts';

export const ROLES: readonly LoginRole[] = ['admin', 'crypto-user', 'auditor'];

/** Credentials of an HSM user. */
export interface Login {
  readonly username: string;
  readonly role: LoginRole;
  readonly password: string;
}

/** Reads the credentials of single-command mode from CLOUDHSM_ROLE and CLOUDHSM_PIN. */
export function loginFrom(env: Env): Login {
  const pin = env['CLOUDHSM_PIN'];
  if (!pin)
    throw new CliError(
      'not logged in: set CLOUDHSM_ROLE=admin|crypto-user|auditor and CLOUDHSM_PIN=user:password',
    );
  const [, username, password] = /^([^:]+):(.+)$/s.exec(pin) ?? [];
  if (username === undefined || password === undefined)
    throw new CliError('CLOUDHSM_PIN must be user:password');
  const name = env['CLOUDHSM_ROLE'] ?? '';
  const role = ROLES.find((one) => one === name);
  if (!role)
    throw new CliError(`invalid CLOUDHSM_ROLE "${name}": must be one of ${ROLES.join(', ')}`);
  return { username, role, password };
}
