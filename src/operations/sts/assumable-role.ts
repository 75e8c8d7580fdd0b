import { iamArn, KmsError, parseIamArn, type RoleRow } from '../../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../../policy/index.ts';
import type { Reader } from '../../storage/index.ts';
import type { IamResource, IamTarget } from '../operation.ts';

/** A role that the caller wants to assume. */
export interface AssumableRole extends IamResource {
  readonly row: RoleRow | undefined;
  readonly trustPolicy: CompiledPolicy;
}

/**
 * The trust policy of a missing role, so that it is indistinguishable from one that does not trust
 * the caller.
 */
const nobody = compilePolicy(
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [] }), 'trust'),
);

async function assumableRole(reader: Reader, arn: string): Promise<AssumableRole> {
  const parsed = parseIamArn('role', arn);
  if (!parsed) throw new KmsError('ValidationException', `${arn} is invalid`);
  const row = await reader.get('roles', parsed.account, parsed.name);
  const found = row && iamArn('role', row) === arn ? row : undefined;
  const tags = found ? { tags: found.tags } : {};
  return {
    account: parsed.account,
    arn,
    row: found,
    rows: found
      ? [
          {
            table: 'roles',
            key: [parsed.account, parsed.name],
            row: found,
            missing: () => new KmsError('NoSuchEntity', `Role ${arn} does not exist.`),
          },
        ]
      : [],
    ...tags,
    trustPolicy: found
      ? compilePolicy(parsePolicy(found.trustPolicy, 'trust'), found.trustPrincipals)
      : nobody,
  };
}

/**
 * Returns the target for a role and one of the actions that assuming it requires. One role can be
 * several targets.
 */
export function roleToAssume(arn: string, action: string): IamTarget<AssumableRole> {
  return { on: 'iam', action, find: (reader) => assumableRole(reader, arn) };
}

/**
 * Returns the target for a role whose trust policy the operation itself evaluates, because the
 * pipeline does not know the caller.
 */
export function roleToTrust(arn: string): IamTarget<AssumableRole> {
  return { on: 'iam', decidedBy: 'handler', find: (reader) => assumableRole(reader, arn) };
}

/** Returns the role's row, after authorization. A missing role is never authorized. */
export function roleOf({ row, arn }: AssumableRole): RoleRow {
  if (!row) throw new Error(`${arn} was authorized and does not exist`);
  return row;
}
