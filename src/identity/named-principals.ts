import { iamArn, KmsError, parseIamArn } from '../domain/index.ts';
import type { PolicyDocument } from '../policy/index.ts';
import type { Reader } from '../storage/index.ts';

const ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const SESSION = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+$/;
const FEDERATED_USER = /^arn:aws[a-z-]*:sts::(\d{12}):federated-user\/[\w+=,.@-]+$/;

/** A principal that a policy or grant names, with its unique ID if it has one. */
interface NamedPrincipal {
  readonly uniqueId?: string;
}

/**
 * Finds a user, a role, a role's session, a federated user or an account's root by ARN. Returns
 * undefined if it does not exist.
 */
async function findPrincipal(reader: Reader, arn: string): Promise<NamedPrincipal | undefined> {
  const user = parseIamArn('user', arn);
  if (user) {
    const row = await reader.get('users', user.account, user.name);
    return row && iamArn('user', row) === arn ? { uniqueId: row.userId } : undefined;
  }
  const role = parseIamArn('role', arn);
  if (role) {
    const row = await reader.get('roles', role.account, role.name);
    return row && iamArn('role', row) === arn ? { uniqueId: row.roleId } : undefined;
  }
  const [, sessionAccount, roleName] = SESSION.exec(arn) ?? [];
  if (sessionAccount && roleName) {
    const row = await reader.get('roles', sessionAccount, roleName);
    return row && { uniqueId: row.roleId };
  }
  const account = (ROOT.exec(arn) ?? FEDERATED_USER.exec(arn))?.[1];
  return account !== undefined && (await reader.get('accounts', account)) ? {} : undefined;
}

/** Returns whether the account in an ARN belongs to this installation. */
async function isKnownAccount(reader: Reader, arn: string): Promise<boolean> {
  return (await reader.get('accounts', arn.split(':')[4] ?? '')) !== undefined;
}

/** Requires that a principal exists. @throws KmsError InvalidArnException */
export async function requirePrincipal(reader: Reader, arn: string): Promise<NamedPrincipal> {
  const known = await findPrincipal(reader, arn);
  if (known) return known;
  throw new KmsError('InvalidArnException', `ARN does not refer to a valid principal: ${arn}`);
}

/**
 * Returns the unique IDs of the users and roles that a policy names, by ARN. Principals of this
 * installation's accounts must exist. Those of other accounts cannot be looked up, and cannot call
 * Keyhold either. `unknown` creates the error for a principal that does not exist.
 */
export async function uniqueIdsIn(
  reader: Reader,
  { statements }: PolicyDocument,
  unknown: (arn: string) => KmsError,
): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const { principals } of statements) {
    for (const pattern of principals?.of ?? []) {
      if (pattern.kind !== 'arn' && pattern.kind !== 'role') continue;
      const known = await findPrincipal(reader, pattern.arn);
      if (known?.uniqueId !== undefined) ids[pattern.arn] = known.uniqueId;
      else if (!known && (await isKnownAccount(reader, pattern.arn))) throw unknown(pattern.arn);
    }
  }
  return ids;
}
