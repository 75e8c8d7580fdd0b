import {
  iamArn,
  KmsError,
  parseIamArn,
  type IamKind,
  type Principal,
  type Tag,
} from '../../domain/index.ts';
import { findManagedPolicy } from '../../identity/index.ts';
import type { Store, Tables, Transaction } from '../../storage/index.ts';
import type { IamResource, IamTarget } from '../operation.ts';

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
export interface IamEntity<T extends EntityTable> extends IamResource {
  readonly table: T;
  readonly name: string;
  readonly row: Tables[T] | undefined;
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
      return {
        account,
        table,
        name: wanted,
        row,
        ...tagsOf(row),
        arn: iamArn(kinds[table], row ?? { account, path: '/', name: wanted }),
      };
    },
  };
}

/** Returns the tags of an entity. Groups have none. */
function tagsOf(row: object | undefined): Pick<IamResource, 'tags'> {
  return row && 'tags' in row ? { tags: row.tags as readonly Tag[] } : {};
}

function ownName({ userName }: Principal): string {
  if (userName !== undefined) return userName;
  throw new KmsError(
    'ValidationException',
    'Must specify userName when calling with non-User credentials',
  );
}

/** Returns the target for a managed policy by ARN: the account's own, or one of AWS's. */
export function managedPolicyTarget(arn: string): IamTarget<IamEntity<'managedPolicies'>> {
  return {
    on: 'iam',
    async find(reader, { account }) {
      const name = parseIamArn('policy', arn)?.name;
      if (name === undefined) throw new KmsError('ValidationException', `ARN ${arn} is not valid.`);
      const row = await findManagedPolicy(reader, account, arn);
      return { account, table: 'managedPolicies', name, row, ...tagsOf(row), arn };
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
    }),
  };
}

/** Returns the target for all entities of a kind, for listings. */
export function collectionTarget(
  what: 'user' | 'group' | 'role' | 'policy' | 'oidc-provider' | 'mfa',
): IamTarget {
  return {
    on: 'iam',
    find: async (_reader, { account }) => ({ account, arn: `arn:aws:iam::${account}:${what}/` }),
  };
}

const missing: { readonly [T in EntityTable]: (entity: IamEntity<T>) => string } = {
  users: ({ name }) => `The user with name ${name} cannot be found.`,
  groups: ({ name }) => `The group with name ${name} cannot be found.`,
  roles: ({ name }) => `The role with name ${name} cannot be found.`,
  managedPolicies: ({ arn }) => `Policy ${arn} was not found.`,
};

export function noSuchEntity(text: string): KmsError {
  return new KmsError('NoSuchEntity', text);
}

/** Returns the row that was found. @throws KmsError NoSuchEntity */
export function rowOf<T extends EntityTable>(entity: IamEntity<T>): Tables[T] {
  if (entity.row === undefined) throw noSuchEntity(missing[entity.table](entity));
  return entity.row;
}

/** Changes the current row of an entity. @throws KmsError NoSuchEntity */
export async function amend<T extends EntityTable>(
  store: Store,
  entity: IamEntity<T>,
  change: (row: Tables[T], transaction: Transaction) => Tables[T] | Promise<Tables[T]>,
): Promise<Tables[T]> {
  return store.transact(async (transaction) => {
    const changed = await change(await current(transaction, entity), transaction);
    await transaction.put(entity.table, changed);
    return changed;
  });
}

/** Returns the current row of an entity, inside a transaction. @throws KmsError NoSuchEntity */
export async function current<T extends EntityTable>(
  transaction: Transaction,
  entity: IamEntity<T>,
): Promise<Tables[T]> {
  return rowOf({
    ...entity,
    row: await transaction.get(entity.table, entity.account, entity.name),
  });
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
