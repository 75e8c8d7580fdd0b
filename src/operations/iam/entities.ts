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
/** Those that policies are attached to. */
export type HolderTable = Exclude<EntityTable, 'managedPolicies'>;

/** A user, group, role or managed policy, there or not. */
export interface IamEntity<T extends EntityTable> extends IamResource {
  readonly table: T;
  readonly name: string;
  readonly row: Tables[T] | undefined;
}

/** An entity of the caller's account, by name. A name that is left out means the calling user. */
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

/** Groups have none. */
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

/** A managed policy by ARN: the caller's account's or AWS's. */
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

/** An entity that is to be made. */
export function newEntityTarget(table: EntityTable, name: string, path = '/'): IamTarget {
  return {
    on: 'iam',
    find: async (_reader, { account }) => ({
      account,
      arn: iamArn(kinds[table], { account, path, name }),
    }),
  };
}

/** Everything of a kind: what listings are authorised for. */
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

/** The row that was found. @throws NoSuchEntity */
export function rowOf<T extends EntityTable>(entity: IamEntity<T>): Tables[T] {
  if (entity.row === undefined) throw noSuchEntity(missing[entity.table](entity));
  return entity.row;
}

/** Changes the entity as it is now. @throws NoSuchEntity */
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

/** The entity as it is now, inside a transaction. @throws NoSuchEntity */
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

// What most operations are about, by the members that all of them name it with.
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
