import { iamArn, KmsError, parseIamArn, type RoleRow } from '../../domain/index.ts';
import { compilePolicy, parsePolicy, type CompiledPolicy } from '../../policy/index.ts';
import type { Reader } from '../../storage/index.ts';
import type { IamResource, IamTarget } from '../operation.ts';

/** A role that somebody wants to become. */
export interface AssumableRole extends IamResource {
  readonly row: RoleRow | undefined;
  readonly trustPolicy: CompiledPolicy;
}

/** What a role that isn't there trusts: so it can't be told from one that doesn't trust the caller. */
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
    ...tags,
    trustPolicy: found
      ? compilePolicy(parsePolicy(found.trustPolicy, 'trust'), found.trustPrincipals)
      : nobody,
  };
}

/** The same role is a target once for each action that it takes to become it as wanted. */
export function roleToAssume(arn: string, action: string): IamTarget<AssumableRole> {
  return { on: 'iam', action, find: (reader) => assumableRole(reader, arn) };
}

/** A role whose trust policy the operation itself holds against a caller whom the pipeline doesn't know. */
export function roleToTrust(arn: string): IamTarget<AssumableRole> {
  return { on: 'iam', decidedBy: 'handler', find: (reader) => assumableRole(reader, arn) };
}

/** After authorisation: nobody is authorised for a role that isn't there. */
export function roleOf({ row, arn }: AssumableRole): RoleRow {
  if (!row) throw new Error(`${arn} was authorised and isn't there`);
  return row;
}
