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
import type { IamPlace, IamTarget } from '../operation.ts';

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
export interface EntityPlace<T extends EntityTable> extends IamPlace {
  readonly table: T;
  readonly name: string;
  readonly row: Tables[T] | undefined;
}

/** An entity of the caller's account, by name. A name that is left out means the calling user. */
export function entity<T extends HolderTable>(
  table: T,
  name: string | undefined,
): IamTarget<EntityPlace<T>> {
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
function tagsOf(row: object | undefined): Pick<IamPlace, 'tags'> {
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
export function managedPolicy(arn: string): IamTarget<EntityPlace<'managedPolicies'>> {
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
export function newEntity(table: EntityTable, name: string, path = '/'): IamTarget {
  return {
    on: 'iam',
    find: async (_reader, { account }) => ({
      account,
      arn: iamArn(kinds[table], { account, path, name }),
    }),
  };
}

/** Everything of a kind: what listings are authorised for. */
export function all(
  what: 'user' | 'group' | 'role' | 'policy' | 'oidc-provider' | 'mfa',
): IamTarget {
  return {
    on: 'iam',
    find: async (_reader, { account }) => ({ account, arn: `arn:aws:iam::${account}:${what}/` }),
  };
}

const missing: { readonly [T in EntityTable]: (place: EntityPlace<T>) => string } = {
  users: ({ name }) => `The user with name ${name} cannot be found.`,
  groups: ({ name }) => `The group with name ${name} cannot be found.`,
  roles: ({ name }) => `The role with name ${name} cannot be found.`,
  managedPolicies: ({ arn }) => `Policy ${arn} was not found.`,
};

export function noSuchEntity(text: string): KmsError {
  return new KmsError('NoSuchEntity', text);
}

/** The row that was found. @throws NoSuchEntity */
export function rowOf<T extends EntityTable>(place: EntityPlace<T>): Tables[T] {
  if (place.row === undefined) throw noSuchEntity(missing[place.table](place));
  return place.row;
}

/** Changes the entity as it is now. @throws NoSuchEntity */
export async function amend<T extends EntityTable>(
  store: Store,
  place: EntityPlace<T>,
  change: (row: Tables[T], transaction: Transaction) => Tables[T] | Promise<Tables[T]>,
): Promise<Tables[T]> {
  return store.transact(async (transaction) => {
    const changed = await change(await current(transaction, place), transaction);
    await transaction.put(place.table, changed);
    return changed;
  });
}

/** The entity as it is now, inside a transaction. @throws NoSuchEntity */
export async function current<T extends EntityTable>(
  transaction: Transaction,
  place: EntityPlace<T>,
): Promise<Tables[T]> {
  return rowOf({ ...place, row: await transaction.get(place.table, place.account, place.name) });
}

export function conflict(rest: string): KmsError {
  return new KmsError('DeleteConflict', `Cannot delete entity, ${rest}`);
}

// What most operations are about, by the members that all of them name it with.
export const ofUser = ({ UserName }: { readonly UserName?: string }) => ({
  user: entity('users', UserName),
});
export const ofGroup = ({ GroupName }: { readonly GroupName: string }) => ({
  group: entity('groups', GroupName),
});
export const ofRole = ({ RoleName }: { readonly RoleName: string }) => ({
  role: entity('roles', RoleName),
});
export const ofPolicy = ({ PolicyArn }: { readonly PolicyArn: string }) => ({
  policy: managedPolicy(PolicyArn),
});
