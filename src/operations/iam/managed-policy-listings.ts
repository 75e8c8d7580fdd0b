import { iamArn, type ManagedPolicyRow } from '../../domain/index.ts';
import { awsManagedPolicies } from '../../identity/index.ts';
import { defineOperation } from '../operation.ts';
import { rowOf } from '../row-ref.ts';
import { attachments, type Attachments } from './attachments.ts';
import { describePolicy } from './describe.ts';
import { collectionTarget, ofPolicy } from './entities.ts';
import { pageOfTexts } from './page.ts';

type Usage = 'PermissionsPolicy' | 'PermissionsBoundary' | undefined;

export const ListPolicies = defineOperation('iam', 'ListPolicies', {
  effect: 'read',
  targets: () => ({ policies: collectionTarget('policy') }),
  async handle(
    { store },
    { Scope = 'All', OnlyAttached = false, PathPrefix = '/', PolicyUsageFilter, ...wanted },
    { policies: { account } },
  ) {
    const { local, attached } = await store.read(async (reader) => ({
      local: await reader.list('managedPolicies', [account]),
      attached: await attachments(reader, account),
    }));
    const rows: ManagedPolicyRow[] = [
      ...(Scope === 'AWS' ? [] : local),
      ...(Scope === 'Local' ? [] : awsManagedPolicies.values()),
    ];
    const shown = new Map(
      rows
        .filter(({ path }) => path.startsWith(PathPrefix))
        .map((row) => [iamArn('policy', row), row] as const)
        .filter(([arn]) => !OnlyAttached || isUsed(attached(arn), PolicyUsageFilter)),
    );
    const { rows: arns, more } = await pageOfTexts(wanted, [...shown.keys()]);
    return { Policies: arns.flatMap((arn) => described(shown.get(arn), attached(arn))), ...more };
  },
});

export const ListEntitiesForPolicy = defineOperation('iam', 'ListEntitiesForPolicy', {
  effect: 'read',
  targets: ofPolicy,
  async handle(
    { store },
    { PolicyArn, EntityFilter, PathPrefix = '/', PolicyUsageFilter },
    { policy },
  ) {
    rowOf(policy);
    const { holders, bounded } = await store.read(async (reader) =>
      (await attachments(reader, policy.account))(PolicyArn),
    );
    const used = [
      ...(PolicyUsageFilter === 'PermissionsBoundary' ? [] : holders),
      ...(PolicyUsageFilter === 'PermissionsPolicy' ? [] : bounded),
    ];
    const shown = used.filter(
      ({ kind, path }) =>
        path.startsWith(PathPrefix) && (EntityFilter === undefined || EntityFilter === kind),
    );
    const named = (kind: string) => shown.filter((one) => one.kind === kind);
    return {
      PolicyUsers: named('User').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyGroups: named('Group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyRoles: named('Role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      IsTruncated: false,
    };
  },
});

function isUsed({ holders, bounded }: Attachments, usage: Usage): boolean {
  return (
    (usage !== 'PermissionsBoundary' && holders.length > 0) ||
    (usage !== 'PermissionsPolicy' && bounded.length > 0)
  );
}

function described(row: ManagedPolicyRow | undefined, attached: Attachments) {
  return row ? [describePolicy(row, attached)] : [];
}
