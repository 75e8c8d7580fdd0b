import { defineOperation } from '../operation.ts';
import { amend } from '../row-ref.ts';
import { checkedBoundary } from './boundary.ts';
import { ofRole, ofUser } from './entities.ts';

function unbounded<R extends { readonly boundary?: string }>({
  boundary: _gone,
  ...row
}: R): Omit<R, 'boundary'> {
  return row;
}

export const PutUserPermissionsBoundary = defineOperation('iam', 'PutUserPermissionsBoundary', {
  effect: 'write',
  targets: ofUser,
  async handle({ store }, { PermissionsBoundary }, { user }) {
    await amend(store, user, async (row, reader) => ({
      ...row,
      boundary: await checkedBoundary(reader, row.account, PermissionsBoundary),
    }));
    return {};
  },
});

export const DeleteUserPermissionsBoundary = defineOperation(
  'iam',
  'DeleteUserPermissionsBoundary',
  {
    effect: 'write',
    targets: ofUser,
    async handle({ store }, _input, { user }) {
      await amend(store, user, unbounded);
      return {};
    },
  },
);

export const PutRolePermissionsBoundary = defineOperation('iam', 'PutRolePermissionsBoundary', {
  effect: 'write',
  targets: ofRole,
  async handle({ store }, { PermissionsBoundary }, { role }) {
    await amend(store, role, async (row, reader) => ({
      ...row,
      boundary: await checkedBoundary(reader, row.account, PermissionsBoundary),
    }));
    return {};
  },
});

export const DeleteRolePermissionsBoundary = defineOperation(
  'iam',
  'DeleteRolePermissionsBoundary',
  {
    effect: 'write',
    targets: ofRole,
    async handle({ store }, _input, { role }) {
      await amend(store, role, unbounded);
      return {};
    },
  },
);
