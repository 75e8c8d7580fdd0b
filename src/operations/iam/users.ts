import type { UserRow } from '../../domain/index.ts';
import { uniqueId } from '../../identity/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { defineOperation } from '../operation.ts';
import { amend, current, rowOf } from '../row-ref.ts';
import { checkedBoundary, shownBoundary } from './boundary.ts';
import { describeUser } from './describe.ts';
import {
  collectionTarget,
  conflict,
  movedEntityTarget,
  newEntityTarget,
  ofUser,
} from './entities.ts';
import { checkNewName } from './new-name.ts';
import { pageOf } from './page.ts';
import { checkedTags, pageOfTags, someTags, tagged, untagged } from './tags.ts';

export const CreateUser = defineOperation('iam', 'CreateUser', {
  effect: 'write',
  targets: ({ UserName, Path }) => ({ entity: newEntityTarget('users', UserName, Path) }),
  async handle(
    { store, clock },
    { UserName, Path = '/', PermissionsBoundary, Tags },
    { entity: { account } },
  ) {
    const row: UserRow = {
      account,
      name: UserName,
      path: Path,
      userId: uniqueId('user'),
      creationDate: clock.now(),
      tags: checkedTags(Tags),
      inlinePolicies: {},
      attachedPolicies: [],
      ...(PermissionsBoundary !== undefined && { boundary: PermissionsBoundary }),
    };
    await store.transact(async (transaction) => {
      await checkNewName(transaction, 'users', { account, name: UserName });
      if (PermissionsBoundary !== undefined)
        await checkedBoundary(transaction, account, PermissionsBoundary);
      await transaction.put('users', row);
    });
    return { User: { ...describeUser(row), ...someTags(row.tags), ...shownBoundary(row) } };
  },
});

export const GetUser = defineOperation('iam', 'GetUser', {
  effect: 'read',
  targets: ofUser,
  async handle(_services, _input, { user }) {
    const row = rowOf(user);
    return { User: { ...describeUser(row), ...someTags(row.tags), ...shownBoundary(row) } };
  },
});

export const ListUsers = defineOperation('iam', 'ListUsers', {
  effect: 'read',
  targets: () => ({ users: collectionTarget('user') }),
  async handle({ store }, { PathPrefix = '/', ...wanted }, { users: { account } }) {
    const { rows, more } = await pageOf(wanted, {
      fetch: (page) => store.read((reader) => reader.list('users', [account], page)),
      keyOf: ({ name }) => [account, name],
      keep: ({ path }) => path.startsWith(PathPrefix),
    });
    return { Users: rows.map(describeUser), ...more };
  },
});

export const UpdateUser = defineOperation('iam', 'UpdateUser', {
  effect: 'write',
  targets: ({ UserName, NewUserName, NewPath }) => ({
    ...ofUser({ UserName }),
    moved: movedEntityTarget('users', UserName, { name: NewUserName, path: NewPath }),
  }),
  async handle({ store }, { NewUserName, NewPath }, { user }) {
    await store.transact(async (transaction) => {
      const row = await current(transaction, user);
      const changed = { ...row, name: NewUserName ?? row.name, path: NewPath ?? row.path };
      if (changed.name !== row.name) await rename(transaction, row, changed.name);
      await transaction.put('users', changed);
    });
    return {};
  },
});

export const DeleteUser = defineOperation('iam', 'DeleteUser', {
  effect: 'write',
  targets: ofUser,
  async handle({ store }, _input, { user }) {
    await store.transact(async (transaction) => {
      const { account, name, inlinePolicies, attachedPolicies } = await current(transaction, user);
      if ((await accessKeysOf(transaction, account, name)).length > 0)
        throw conflict('must delete access keys first.');
      if (Object.keys(inlinePolicies).length > 0) throw conflict('must delete policies first.');
      if (attachedPolicies.length > 0) throw conflict('must detach all policies first.');
      const memberships = await transaction.find('memberships', 'byUser', [account, name]);
      if (memberships.length > 0) throw conflict('must remove users from group first.');
      await transaction.delete('users', account, name);
    });
    return {};
  },
});

export const TagUser = defineOperation('iam', 'TagUser', {
  effect: 'write',
  targets: ofUser,
  async handle({ store }, { Tags }, { user }) {
    await amend(store, user, (row) => tagged(row, Tags));
    return {};
  },
});

export const UntagUser = defineOperation('iam', 'UntagUser', {
  effect: 'write',
  targets: ofUser,
  async handle({ store }, { TagKeys }, { user }) {
    await amend(store, user, (row) => untagged(row, TagKeys));
    return {};
  },
});

export const ListUserTags = defineOperation('iam', 'ListUserTags', {
  effect: 'read',
  targets: ofUser,
  handle: (_services, wanted, { user }) => pageOfTags(wanted, rowOf(user).tags),
});

function accessKeysOf(transaction: Transaction, account: string, name: string) {
  return transaction.find('accessKeys', 'byUser', [account, name]);
}

/** Renames a user together with its access keys and memberships. */
async function rename(
  transaction: Transaction,
  { account, name }: UserRow,
  userName: string,
): Promise<void> {
  await checkNewName(transaction, 'users', { account, name: userName, from: name });
  for (const key of await accessKeysOf(transaction, account, name))
    await transaction.put('accessKeys', { ...key, userName });
  for (const { groupName } of await transaction.find('memberships', 'byUser', [account, name])) {
    await transaction.delete('memberships', account, groupName, name);
    await transaction.put('memberships', { account, groupName, userName });
  }
  await transaction.delete('users', account, name);
}
