import type { Store } from '../../storage/index.ts';
import { defineOperation } from '../operation.ts';
import { amend, rowOf } from '../row-ref.ts';
import { checkedDocument, checkSize, shownDocument } from './documents.ts';
import {
  noSuchEntity,
  ofGroup,
  ofRole,
  ofUser,
  type HolderTable,
  type IamEntity,
} from './entities.ts';
import { pageOfTexts } from './page.ts';

/** The quota and the noun of each kind of policy holder. */
const words = {
  users: { quota: 'UserPolicySize', noun: 'user' },
  groups: { quota: 'GroupPolicySize', noun: 'group' },
  roles: { quota: 'RolePolicySize', noun: 'role' },
} as const;

interface Named {
  readonly PolicyName: string;
}

async function put<T extends HolderTable>(
  store: Store,
  entity: IamEntity<T>,
  { PolicyName, PolicyDocument }: Named & { readonly PolicyDocument: string },
): Promise<Record<string, never>> {
  const document = checkedDocument(PolicyDocument, 'identity');
  await amend(store, entity, (row) => {
    const inlinePolicies = { ...row.inlinePolicies, [PolicyName]: document };
    checkSize(words[entity.table].quota, Object.values(inlinePolicies));
    return { ...row, inlinePolicies };
  });
  return {};
}

function get(entity: IamEntity<HolderTable>, { PolicyName }: Named) {
  const { inlinePolicies } = rowOf(entity);
  return {
    PolicyName,
    PolicyDocument: shownDocument(documentNamed(entity, inlinePolicies, PolicyName)),
  };
}

async function remove<T extends HolderTable>(
  store: Store,
  entity: IamEntity<T>,
  { PolicyName }: Named,
): Promise<Record<string, never>> {
  await amend(store, entity, (row) => {
    documentNamed(entity, row.inlinePolicies, PolicyName);
    const { [PolicyName]: _gone, ...inlinePolicies } = row.inlinePolicies;
    return { ...row, inlinePolicies };
  });
  return {};
}

async function list(
  entity: IamEntity<HolderTable>,
  wanted: { readonly Marker?: string; readonly MaxItems?: number },
) {
  const { rows, more } = await pageOfTexts(wanted, Object.keys(rowOf(entity).inlinePolicies));
  return { PolicyNames: rows, ...more };
}

function documentNamed(
  { table }: IamEntity<HolderTable>,
  policies: Readonly<Record<string, string>>,
  name: string,
): string {
  const document = Object.hasOwn(policies, name) ? policies[name] : undefined;
  if (document === undefined)
    throw noSuchEntity(`The ${words[table].noun} policy with name ${name} cannot be found.`);
  return document;
}

export const PutUserPolicy = defineOperation('iam', 'PutUserPolicy', {
  effect: 'write',
  targets: ofUser,
  handle: ({ store }, input, { user }) => put(store, user, input),
});
export const GetUserPolicy = defineOperation('iam', 'GetUserPolicy', {
  effect: 'read',
  targets: ofUser,
  handle: async (_services, input, { user }) => ({ UserName: input.UserName, ...get(user, input) }),
});
export const DeleteUserPolicy = defineOperation('iam', 'DeleteUserPolicy', {
  effect: 'write',
  targets: ofUser,
  handle: ({ store }, input, { user }) => remove(store, user, input),
});
export const ListUserPolicies = defineOperation('iam', 'ListUserPolicies', {
  effect: 'read',
  targets: ofUser,
  handle: (_services, wanted, { user }) => list(user, wanted),
});

export const PutGroupPolicy = defineOperation('iam', 'PutGroupPolicy', {
  effect: 'write',
  targets: ofGroup,
  handle: ({ store }, input, { group }) => put(store, group, input),
});
export const GetGroupPolicy = defineOperation('iam', 'GetGroupPolicy', {
  effect: 'read',
  targets: ofGroup,
  handle: async (_services, input, { group }) => ({
    GroupName: input.GroupName,
    ...get(group, input),
  }),
});
export const DeleteGroupPolicy = defineOperation('iam', 'DeleteGroupPolicy', {
  effect: 'write',
  targets: ofGroup,
  handle: ({ store }, input, { group }) => remove(store, group, input),
});
export const ListGroupPolicies = defineOperation('iam', 'ListGroupPolicies', {
  effect: 'read',
  targets: ofGroup,
  handle: (_services, wanted, { group }) => list(group, wanted),
});

export const PutRolePolicy = defineOperation('iam', 'PutRolePolicy', {
  effect: 'write',
  targets: ofRole,
  handle: ({ store }, input, { role }) => put(store, role, input),
});
export const GetRolePolicy = defineOperation('iam', 'GetRolePolicy', {
  effect: 'read',
  targets: ofRole,
  handle: async (_services, input, { role }) => ({ RoleName: input.RoleName, ...get(role, input) }),
});
export const DeleteRolePolicy = defineOperation('iam', 'DeleteRolePolicy', {
  effect: 'write',
  targets: ofRole,
  handle: ({ store }, input, { role }) => remove(store, role, input),
});
export const ListRolePolicies = defineOperation('iam', 'ListRolePolicies', {
  effect: 'read',
  targets: ofRole,
  handle: (_services, wanted, { role }) => list(role, wanted),
});
