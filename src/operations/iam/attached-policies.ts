import { parseIamArn } from '../../domain/index.ts';
import { findManagedPolicy } from '../../identity/index.ts';
import type { Store } from '../../storage/index.ts';
import { defineOperation } from '../operation.ts';
import { amend, rowOf } from '../row-ref.ts';
import {
  noSuchEntity,
  ofGroup,
  ofRole,
  ofUser,
  type HolderTable,
  type IamEntity,
} from './entities.ts';
import { pageOfTexts } from './page.ts';
import { checkQuota } from './quotas.ts';

const quotas = {
  users: 'PoliciesPerUser',
  groups: 'PoliciesPerGroup',
  roles: 'PoliciesPerRole',
} as const;

interface Managed {
  readonly PolicyArn: string;
}

async function attach<T extends HolderTable>(
  store: Store,
  entity: IamEntity<T>,
  { PolicyArn }: Managed,
): Promise<Record<string, never>> {
  await amend(store, entity, async (row, reader) => {
    if (!(await findManagedPolicy(reader, row.account, PolicyArn))) {
      throw noSuchEntity(`Policy ${PolicyArn} does not exist or is not attachable.`);
    }
    const attachedPolicies = [
      ...row.attachedPolicies.filter((arn) => arn !== PolicyArn),
      PolicyArn,
    ];
    checkQuota(quotas[entity.table], attachedPolicies.length);
    return { ...row, attachedPolicies };
  });
  return {};
}

async function detach<T extends HolderTable>(
  store: Store,
  entity: IamEntity<T>,
  { PolicyArn }: Managed,
): Promise<Record<string, never>> {
  await amend(store, entity, (row) => {
    if (!row.attachedPolicies.includes(PolicyArn))
      throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
    return { ...row, attachedPolicies: row.attachedPolicies.filter((arn) => arn !== PolicyArn) };
  });
  return {};
}

interface WantedAttachments {
  readonly PathPrefix?: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
}

async function list(
  entity: IamEntity<HolderTable>,
  { PathPrefix = '/', ...wanted }: WantedAttachments,
) {
  const arns = rowOf(entity).attachedPolicies.filter((arn) =>
    parseIamArn('policy', arn)?.path.startsWith(PathPrefix),
  );
  const { rows, more } = await pageOfTexts(wanted, arns);
  return {
    AttachedPolicies: rows.map((arn) => ({
      PolicyName: parseIamArn('policy', arn)?.name ?? arn,
      PolicyArn: arn,
    })),
    ...more,
  };
}

export const AttachUserPolicy = defineOperation('iam', 'AttachUserPolicy', {
  effect: 'write',
  targets: ofUser,
  handle: ({ store }, input, { user }) => attach(store, user, input),
});
export const DetachUserPolicy = defineOperation('iam', 'DetachUserPolicy', {
  effect: 'write',
  targets: ofUser,
  handle: ({ store }, input, { user }) => detach(store, user, input),
});
export const ListAttachedUserPolicies = defineOperation('iam', 'ListAttachedUserPolicies', {
  effect: 'read',
  targets: ofUser,
  handle: (_services, wanted, { user }) => list(user, wanted),
});

export const AttachGroupPolicy = defineOperation('iam', 'AttachGroupPolicy', {
  effect: 'write',
  targets: ofGroup,
  handle: ({ store }, input, { group }) => attach(store, group, input),
});
export const DetachGroupPolicy = defineOperation('iam', 'DetachGroupPolicy', {
  effect: 'write',
  targets: ofGroup,
  handle: ({ store }, input, { group }) => detach(store, group, input),
});
export const ListAttachedGroupPolicies = defineOperation('iam', 'ListAttachedGroupPolicies', {
  effect: 'read',
  targets: ofGroup,
  handle: (_services, wanted, { group }) => list(group, wanted),
});

export const AttachRolePolicy = defineOperation('iam', 'AttachRolePolicy', {
  effect: 'write',
  targets: ofRole,
  handle: ({ store }, input, { role }) => attach(store, role, input),
});
export const DetachRolePolicy = defineOperation('iam', 'DetachRolePolicy', {
  effect: 'write',
  targets: ofRole,
  handle: ({ store }, input, { role }) => detach(store, role, input),
});
export const ListAttachedRolePolicies = defineOperation('iam', 'ListAttachedRolePolicies', {
  effect: 'read',
  targets: ofRole,
  handle: (_services, wanted, { role }) => list(role, wanted),
});
