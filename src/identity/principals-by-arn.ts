import {
  accountRootArn,
  iamArn,
  parseIamArn,
  type Principal,
  type RoleRow,
  type UserRow,
} from '../domain/index.ts';
import type { PrincipalPolicies } from '../policy/index.ts';
import type { Reader } from '../storage/index.ts';
import { rolePrincipal, userPrincipal, type Caller } from './caller.ts';
import type { PolicyLoader } from './policy-loader.ts';

/** A principal and its policies, without credentials. */
export type PrincipalWithPolicies = Pick<Caller, 'principal' | 'policies'>;

const SESSION = /^arn:aws:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/([\w+=,.@-]+)$/;
const ROOT = /^arn:aws:iam::(\d{12}):root$/;

/** Session name for a role that is named by its own ARN. */
const ANY_SESSION = 'session';

/** Looks up principals by ARN, with the policies that apply to them now. */
export interface PrincipalsByArn {
  /**
   * Returns a user, a role (as one of its sessions, without session policies), a session or an
   * account's root. Returns undefined if it does not exist.
   */
  byArn(reader: Reader, arn: string): Promise<PrincipalWithPolicies | undefined>;
  user(reader: Reader, user: UserRow): Promise<PrincipalWithPolicies>;
  role(reader: Reader, role: RoleRow): Promise<PrincipalWithPolicies>;
}

export function principalsByArn(policyLoader: PolicyLoader): PrincipalsByArn {
  const user = async (reader: Reader, row: UserRow): Promise<PrincipalWithPolicies> => ({
    principal: userPrincipal(row, ''),
    policies: await policyLoader.user(reader, row),
  });
  const role = async (
    reader: Reader,
    row: RoleRow,
    sessionName = ANY_SESSION,
  ): Promise<PrincipalWithPolicies> => {
    const { account, name, roleId: uniqueId } = row;
    // Only the properties that appear in a principal matter. No credentials are issued for this
    // session.
    const session = {
      secret: '',
      account,
      kind: 'role',
      name,
      uniqueId,
      sessionName,
      issuedAt: 0,
      expiresAt: 0,
    } as const;
    return {
      principal: rolePrincipal(row, '', session),
      policies: await policyLoader.role(reader, row),
    };
  };
  return {
    user,
    role,
    async byArn(reader, arn) {
      const named = parseIamArn('user', arn) ?? parseIamArn('role', arn);
      if (parseIamArn('user', arn) && named) {
        const row = await reader.get('users', named.account, named.name);
        return row && iamArn('user', row) === arn ? user(reader, row) : undefined;
      }
      const [, sessionAccount, roleName = '', sessionName] = SESSION.exec(arn) ?? [];
      const row = await reader.get(
        'roles',
        named?.account ?? sessionAccount ?? '',
        named?.name ?? roleName,
      );
      if (row && (!named || iamArn('role', row) === arn)) return role(reader, row, sessionName);
      const [, rootAccount] = ROOT.exec(arn) ?? [];
      return rootAccount === undefined ? undefined : root(reader, policyLoader, rootAccount);
    },
  };
}

async function root(
  reader: Reader,
  policyLoader: PolicyLoader,
  account: string,
): Promise<PrincipalWithPolicies | undefined> {
  if (!(await reader.get('accounts', account))) return undefined;
  const principal: Principal = {
    account,
    arn: accountRootArn(account),
    userId: account,
    accessKeyId: '',
  };
  const policies: PrincipalPolicies = await policyLoader.root(reader, account);
  return { principal, policies };
}
