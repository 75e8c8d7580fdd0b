import type { Response } from '../../contract/index.ts';
import { iamArn, type RoleRow } from '../../domain/index.ts';
import { uniqueId } from '../../identity/index.ts';
import { defineOperation } from '../operation.ts';
import { amend, current, rowOf } from '../row-ref.ts';
import { checkedBoundary, shownBoundary } from './boundary.ts';
import { checkedTrustPolicy, shownDocument } from './documents.ts';
import { collectionTarget, conflict, newEntityTarget, ofRole } from './entities.ts';
import { checkNewName } from './new-name.ts';
import { pageOf } from './page.ts';
import { checkedTags, pageOfTags, someTags, tagged, untagged } from './tags.ts';

type Role = NonNullable<Response<'iam', 'GetRole'>['Role']>;

/** Default duration of a session, in seconds. */
const DEFAULT_SESSION_DURATION_SECONDS = 3600;

export const CreateRole = defineOperation('iam', 'CreateRole', {
  effect: 'write',
  targets: ({ RoleName, Path }) => ({ entity: newEntityTarget('roles', RoleName, Path) }),
  async handle({ store, clock }, input, { entity: { account } }) {
    const {
      RoleName,
      Path = '/',
      Description,
      MaxSessionDuration = DEFAULT_SESSION_DURATION_SECONDS,
      PermissionsBoundary,
      Tags,
    } = input;
    const row: RoleRow = {
      account,
      name: RoleName,
      path: Path,
      roleId: uniqueId('role'),
      creationDate: clock.now(),
      tags: checkedTags(Tags),
      ...(await store.read((reader) => checkedTrustPolicy(reader, input.AssumeRolePolicyDocument))),
      maxSessionDuration: MaxSessionDuration,
      inlinePolicies: {},
      attachedPolicies: [],
      ...(Description !== undefined && { description: Description }),
      ...(PermissionsBoundary !== undefined && { boundary: PermissionsBoundary }),
    };
    await store.transact(async (transaction) => {
      await checkNewName(transaction, 'roles', { account, name: RoleName });
      if (PermissionsBoundary !== undefined)
        await checkedBoundary(transaction, account, PermissionsBoundary);
      await transaction.put('roles', row);
    });
    return { Role: describeWholeRole(row) };
  },
});

export const GetRole = defineOperation('iam', 'GetRole', {
  effect: 'read',
  targets: ofRole,
  handle: async (_services, _input, { role }) => ({ Role: describeWholeRole(rowOf(role)) }),
});

export const ListRoles = defineOperation('iam', 'ListRoles', {
  effect: 'read',
  targets: () => ({ roles: collectionTarget('role') }),
  async handle({ store }, { PathPrefix = '/', ...wanted }, { roles: { account } }) {
    const { rows, more } = await pageOf(wanted, {
      fetch: (page) => store.read((reader) => reader.list('roles', [account], page)),
      keyOf: ({ name }) => [account, name],
      keep: ({ path }) => path.startsWith(PathPrefix),
    });
    return { Roles: rows.map(describeRole), ...more };
  },
});

export const UpdateRole = defineOperation('iam', 'UpdateRole', {
  effect: 'write',
  targets: ofRole,
  async handle({ store }, { Description, MaxSessionDuration }, { role }) {
    await amend(store, role, (row) => ({
      ...row,
      ...(Description !== undefined && { description: Description }),
      maxSessionDuration: MaxSessionDuration ?? row.maxSessionDuration,
    }));
    return {};
  },
});

export const UpdateRoleDescription = defineOperation('iam', 'UpdateRoleDescription', {
  effect: 'write',
  targets: ofRole,
  async handle({ store }, { Description }, { role }) {
    return {
      Role: describeRole(await amend(store, role, (row) => ({ ...row, description: Description }))),
    };
  },
});

export const UpdateAssumeRolePolicy = defineOperation('iam', 'UpdateAssumeRolePolicy', {
  effect: 'write',
  targets: ofRole,
  async handle({ store }, { PolicyDocument }, { role }) {
    const trust = await store.read((reader) => checkedTrustPolicy(reader, PolicyDocument));
    await amend(store, role, (row) => ({ ...row, ...trust }));
    return {};
  },
});

export const DeleteRole = defineOperation('iam', 'DeleteRole', {
  effect: 'write',
  targets: ofRole,
  async handle({ store }, _input, { role }) {
    await store.transact(async (transaction) => {
      const { account, name, inlinePolicies, attachedPolicies } = await current(transaction, role);
      if (Object.keys(inlinePolicies).length > 0) throw conflict('must delete policies first.');
      if (attachedPolicies.length > 0) throw conflict('must detach all policies first.');
      await transaction.delete('roles', account, name);
    });
    return {};
  },
});

export const TagRole = defineOperation('iam', 'TagRole', {
  effect: 'write',
  targets: ofRole,
  async handle({ store }, { Tags }, { role }) {
    await amend(store, role, (row) => tagged(row, Tags));
    return {};
  },
});

export const UntagRole = defineOperation('iam', 'UntagRole', {
  effect: 'write',
  targets: ofRole,
  async handle({ store }, { TagKeys }, { role }) {
    await amend(store, role, (row) => untagged(row, TagKeys));
    return {};
  },
});

export const ListRoleTags = defineOperation('iam', 'ListRoleTags', {
  effect: 'read',
  targets: ofRole,
  handle: (_services, wanted, { role }) => pageOfTags(wanted, rowOf(role).tags),
});

/** Keyhold has no instance profiles, but clients ask for them before they delete a role. */
export const ListInstanceProfilesForRole = defineOperation('iam', 'ListInstanceProfilesForRole', {
  effect: 'read',
  targets: ofRole,
  async handle(_services, _input, { role }) {
    rowOf(role);
    return { InstanceProfiles: [], IsTruncated: false };
  },
});

function describeRole(row: RoleRow): Role {
  return {
    Path: row.path,
    RoleName: row.name,
    RoleId: row.roleId,
    Arn: iamArn('role', row),
    CreateDate: new Date(row.creationDate),
    AssumeRolePolicyDocument: shownDocument(row.trustPolicy),
    ...(row.description !== undefined && { Description: row.description }),
    MaxSessionDuration: row.maxSessionDuration,
  };
}

function describeWholeRole(row: RoleRow): Role {
  return { ...describeRole(row), ...shownBoundary(row), ...someTags(row.tags) };
}
