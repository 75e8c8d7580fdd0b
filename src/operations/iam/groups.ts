import { iamArn, type GroupRow } from '../../domain/index.ts';
import { uniqueId } from '../../identity/index.ts';
import type { Reader, Transaction } from '../../storage/index.ts';
import { defineOperation } from '../operation.ts';
import { current, rowOf } from '../row-ref.ts';
import { describeUser } from './describe.ts';
import {
  collectionTarget,
  conflict,
  movedEntityTarget,
  newEntityTarget,
  noSuchEntity,
  ofGroup,
  ofUser,
} from './entities.ts';
import { checkNewName } from './new-name.ts';
import { pageOf } from './page.ts';
import { checkQuota } from './quotas.ts';

export const CreateGroup = defineOperation('iam', 'CreateGroup', {
  effect: 'write',
  targets: ({ GroupName, Path }) => ({ entity: newEntityTarget('groups', GroupName, Path) }),
  async handle({ store, clock }, { GroupName, Path = '/' }, { entity: { account } }) {
    const row: GroupRow = {
      account,
      name: GroupName,
      path: Path,
      groupId: uniqueId('group'),
      creationDate: clock.now(),
      inlinePolicies: {},
      attachedPolicies: [],
    };
    await store.transact(async (transaction) => {
      await checkNewName(transaction, 'groups', { account, name: GroupName });
      await transaction.put('groups', row);
    });
    return { Group: describeGroup(row) };
  },
});

export const GetGroup = defineOperation('iam', 'GetGroup', {
  effect: 'read',
  targets: ofGroup,
  async handle({ store }, wanted, { group }) {
    const row = rowOf(group);
    const { rows, more } = await pageOf(wanted, {
      fetch: (page) =>
        store.read((reader) => reader.list('memberships', [row.account, row.name], page)),
      keyOf: ({ account, groupName, userName }) => [account, groupName, userName],
    });
    const users = await store.read((reader) =>
      Promise.all(rows.map(({ account, userName }) => reader.get('users', account, userName))),
    );
    return {
      Group: describeGroup(row),
      Users: users.filter((user) => user !== undefined).map(describeUser),
      ...more,
    };
  },
});

export const ListGroups = defineOperation('iam', 'ListGroups', {
  effect: 'read',
  targets: () => ({ groups: collectionTarget('group') }),
  async handle({ store }, { PathPrefix = '/', ...wanted }, { groups: { account } }) {
    const { rows, more } = await pageOf(wanted, {
      fetch: (page) => store.read((reader) => reader.list('groups', [account], page)),
      keyOf: ({ name }) => [account, name],
      keep: ({ path }) => path.startsWith(PathPrefix),
    });
    return { Groups: rows.map(describeGroup), ...more };
  },
});

export const UpdateGroup = defineOperation('iam', 'UpdateGroup', {
  effect: 'write',
  targets: ({ GroupName, NewGroupName, NewPath }) => ({
    ...ofGroup({ GroupName }),
    moved: movedEntityTarget('groups', GroupName, { name: NewGroupName, path: NewPath }),
  }),
  async handle({ store }, { NewGroupName, NewPath }, { group }) {
    await store.transact(async (transaction) => {
      const row = await current(transaction, group);
      const changed = { ...row, name: NewGroupName ?? row.name, path: NewPath ?? row.path };
      if (changed.name !== row.name) await rename(transaction, row, changed.name);
      await transaction.put('groups', changed);
    });
    return {};
  },
});

export const DeleteGroup = defineOperation('iam', 'DeleteGroup', {
  effect: 'write',
  targets: ofGroup,
  async handle({ store }, _input, { group }) {
    await store.transact(async (transaction) => {
      const { account, name, inlinePolicies, attachedPolicies } = await current(transaction, group);
      if ((await membersOf(transaction, account, name)).length > 0)
        throw conflict('must remove users from group first.');
      if (Object.keys(inlinePolicies).length > 0) throw conflict('must delete policies first.');
      if (attachedPolicies.length > 0) throw conflict('must detach all policies first.');
      await transaction.delete('groups', account, name);
    });
    return {};
  },
});

export const AddUserToGroup = defineOperation('iam', 'AddUserToGroup', {
  effect: 'write',
  targets: ofGroup,
  async handle({ store }, { UserName }, { group }) {
    await store.transact(async (transaction) => {
      const { account, name } = await current(transaction, group);
      await requireUser(transaction, account, UserName);
      const groups = new Set(
        (await transaction.find('memberships', 'byUser', [account, UserName])).map(
          ({ groupName }) => groupName,
        ),
      );
      checkQuota('GroupsPerUser', groups.add(name).size);
      await transaction.put('memberships', { account, groupName: name, userName: UserName });
    });
    return {};
  },
});

export const RemoveUserFromGroup = defineOperation('iam', 'RemoveUserFromGroup', {
  effect: 'write',
  targets: ofGroup,
  async handle({ store }, { UserName }, { group }) {
    await store.transact(async (transaction) => {
      const { account, name } = await current(transaction, group);
      await requireUser(transaction, account, UserName);
      await transaction.delete('memberships', account, name, UserName);
    });
    return {};
  },
});

export const ListGroupsForUser = defineOperation('iam', 'ListGroupsForUser', {
  effect: 'read',
  targets: ofUser,
  async handle({ store }, wanted, { user }) {
    const { account, name } = rowOf(user);
    const { rows, more } = await pageOf(wanted, {
      fetch: (page) =>
        store.read((reader) => reader.find('memberships', 'byUser', [account, name], page)),
      keyOf: ({ groupName }) => [account, groupName, name],
    });
    const groups = await store.read((reader) =>
      Promise.all(rows.map(({ groupName }) => reader.get('groups', account, groupName))),
    );
    return { Groups: groups.filter((group) => group !== undefined).map(describeGroup), ...more };
  },
});

function describeGroup(row: GroupRow) {
  return {
    Path: row.path,
    GroupName: row.name,
    GroupId: row.groupId,
    Arn: iamArn('group', row),
    CreateDate: new Date(row.creationDate),
  };
}

async function requireUser(reader: Reader, account: string, name: string): Promise<void> {
  if (!(await reader.get('users', account, name)))
    throw noSuchEntity(`The user with name ${name} cannot be found.`);
}

function membersOf(reader: Reader, account: string, name: string) {
  return reader.list('memberships', [account, name]);
}

async function rename(
  transaction: Transaction,
  { account, name }: GroupRow,
  groupName: string,
): Promise<void> {
  await checkNewName(transaction, 'groups', { account, name: groupName, from: name });
  for (const { userName } of await membersOf(transaction, account, name)) {
    await transaction.delete('memberships', account, name, userName);
    await transaction.put('memberships', { account, groupName, userName });
  }
  await transaction.delete('groups', account, name);
}
