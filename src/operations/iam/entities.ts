import {
  iamArn,
  KmsError,
  parseIamArn,
  type IamKind,
  type Principal,
  type Tag,
} from '../../domain/index.ts';
import { findManagedPolicy } from '../../identity/index.ts';
import type { IamResource, IamTarget } from '../operation.ts';
import type { RowRef } from '../row-ref.ts';

const kinds = {
  users: 'user',
  groups: 'group',
  roles: 'role',
  managedPolicies: 'policy',
} as const satisfies Record<string, IamKind>;
export type EntityTable = keyof typeof kinds;
/** Tables of the entities that policies are attached to. */
export type HolderTable = Exclude<EntityTable, 'managedPolicies'>;

/** A user, group, role or managed policy, whether or not it exists. */
export interface IamEntity<T extends EntityTable> extends IamResource, RowRef<T> {
  readonly name: string;
}

/**
 * Returns the target for an entity of the caller's account, by name. Defaults to the calling user.
 */
export function entityTarget<T extends HolderTable>(
  table: T,
  name: string | undefined,
): IamTarget<IamEntity<T>> {
  return {
    on: 'iam',
    async find(reader, caller) {
      const { account } = caller;
      const wanted = name ?? ownName(caller);
      const row = await reader.get(table, account, wanted);
      const arn = iamArn(kinds[table], row ?? { account, path: '/', name: wanted });
      return entityOf({ table, account, name: wanted, row, arn });
    },
  };
}

function entityOf<T extends EntityTable>({
  table,
  account,
  name,
  row,
  arn,
}: Pick<IamEntity<T>, 'table' | 'account' | 'name' | 'row' | 'arn'>): IamEntity<T> {
  const missing = (): KmsError => noSuchEntity(notFound[table]({ name, arn }));
  const ref: RowRef<T> = { table, key: [account, name], row, missing };
  return { ...ref, ...comparedColumns(row), account, name, arn, rows: [ref] };
}

/** Returns what condition keys compare of an entity. Groups have neither tags nor a boundary. */
function comparedColumns(row: object = {}): Pick<IamResource, 'tags' | 'boundary'> {
  return {
    ...('tags' in row && { tags: row.tags as readonly Tag[] }),
    ...('boundary' in row && { boundary: row.boundary as string }),
  };
}

function ownName({ userName }: Principal): string {
  if (userName !== undefined) return userName;
  throw new KmsError(
    'ValidationException',
    'Must specify userName when calling with non-User credentials',
  );
}

/**
 * Returns the target for a managed policy by ARN: the account's own, or one of AWS's. Names are
 * unique regardless of their path, but an ARN with another path, account or partition than the
 * policy's own names no policy.
 */
export function managedPolicyTarget(arn: string): IamTarget<IamEntity<'managedPolicies'>> {
  return {
    on: 'iam',
    async find(reader, { account }) {
      const name = parseIamArn('policy', arn)?.name;
      if (name === undefined) throw new KmsError('ValidationException', `ARN ${arn} is not valid.`);
      const row = await findManagedPolicy(reader, account, arn);
      const policy = entityOf({ table: 'managedPolicies', account, name, row, arn });
      // Neither AWS's policies nor missing ones have a row that a change could meet.
      return row?.account === account ? policy : { ...policy, rows: [] };
    },
  };
}

/** Returns the target for an entity that is about to be created. */
export function newEntityTarget(table: EntityTable, name: string, path = '/'): IamTarget {
  return {
    on: 'iam',
    find: async (_reader, { account }) => ({
      account,
      arn: iamArn(kinds[table], { account, path, name }),
      rows: [],
    }),
  };
}

/** The new name and path of an entity, as far as it gets one. */
interface Move {
  readonly name?: string | undefined;
  readonly path?: string | undefined;
}

/**
 * Returns the target for an entity under its new name and path, or undefined if it keeps both.
 * Moving an entity requires permission on the source and on the target. Source: UpdateUser and
 * UpdateGroup, IAM API Reference.
 */
export function movedEntityTarget(
  table: HolderTable,
  from: string,
  to: Move,
): IamTarget | undefined {
  if (to.name === undefined && to.path === undefined) return undefined;
  const source = entityTarget(table, from);
  return {
    on: 'iam',
    async find(reader, caller) {
      const { row, arn: _source, ...entity } = await source.find(reader, caller);
      const { name = entity.name, path = row?.path ?? '/' } = to;
      return { ...entity, arn: iamArn(kinds[table], { account: entity.account, name, path }) };
    },
  };
}

/** Returns the target for all entities of a kind, for listings. */
export function collectionTarget(
  what: 'user' | 'group' | 'role' | 'policy' | 'oidc-provider' | 'mfa',
): IamTarget {
  return {
    on: 'iam',
    find: async (_reader, { account }) => ({
      account,
      arn: `arn:aws:iam::${account}:${what}/`,
      rows: [],
    }),
  };
}

const notFound: Readonly<
  Record<EntityTable, (entity: { readonly name: string; readonly arn: string }) => string>
> = {
  users: ({ name }) => `The user with name ${name} cannot be found.`,
  groups: ({ name }) => `The group with name ${name} cannot be found.`,
  roles: ({ name }) => `The role with name ${name} cannot be found.`,
  managedPolicies: ({ arn }) => `Policy ${arn} was not found.`,
};

export function noSuchEntity(text: string): KmsError {
  return new KmsError('NoSuchEntity', text);
}

export function conflict(rest: string): KmsError {
  return new KmsError('DeleteConflict', `Cannot delete entity, ${rest}`);
}

// Targets of most operations, by the members that name them.
export const ofUser = ({ UserName }: { readonly UserName?: string }) => ({
  user: entityTarget('users', UserName),
});
export const ofGroup = ({ GroupName }: { readonly GroupName: string }) => ({
  group: entityTarget('groups', GroupName),
});
export const ofRole = ({ RoleName }: { readonly RoleName: string }) => ({
  role: entityTarget('roles', RoleName),
});
export const ofPolicy = ({ PolicyArn }: { readonly PolicyArn: string }) => ({
  policy: managedPolicyTarget(PolicyArn),
});
