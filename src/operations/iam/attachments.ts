import type { GroupRow, RoleRow, UserRow } from '../../domain/index.ts';
import type { Reader } from '../../storage/index.ts';

/** A user, group or role that a managed policy is attached to, or that it bounds. */
export interface AttachedEntity {
  readonly kind: 'User' | 'Group' | 'Role';
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

export interface Attachments {
  readonly holders: readonly AttachedEntity[];
  readonly bounded: readonly AttachedEntity[];
}

const none: Attachments = { holders: [], bounded: [] };

/**
 * Finds where each managed policy is used, by its ARN. Scans the users, groups and roles: an
 * account has a few thousand at most, and only administrators ask.
 */
export async function attachments(
  reader: Reader,
  account: string,
): Promise<(arn: string) => Attachments> {
  const users = (await reader.list('users', [account])).map((row) => ({
    row,
    entity: entityOf('User', row.userId, row),
  }));
  const groups = (await reader.list('groups', [account])).map((row) => ({
    row,
    entity: entityOf('Group', row.groupId, row),
  }));
  const roles = (await reader.list('roles', [account])).map((row) => ({
    row,
    entity: entityOf('Role', row.roleId, row),
  }));
  const everyone: readonly EntityWithRow[] = [...users, ...groups, ...roles];
  const holders = byArn(everyone, ({ attachedPolicies }) => attachedPolicies);
  const bounded = byArn(everyone, (row) =>
    'boundary' in row && row.boundary !== undefined ? [row.boundary] : [],
  );
  return (arn) => ({
    holders: holders.get(arn) ?? none.holders,
    bounded: bounded.get(arn) ?? none.bounded,
  });
}

type Row = UserRow | GroupRow | RoleRow;
interface EntityWithRow {
  readonly row: Row;
  readonly entity: AttachedEntity;
}

function entityOf(kind: AttachedEntity['kind'], id: string, { name, path }: Row): AttachedEntity {
  return { kind, id, name, path };
}

function byArn(
  all: readonly EntityWithRow[],
  arnsOf: (row: Row) => readonly string[],
): ReadonlyMap<string, readonly AttachedEntity[]> {
  const map = new Map<string, AttachedEntity[]>();
  for (const { row, entity } of all) {
    for (const arn of arnsOf(row)) map.set(arn, [...(map.get(arn) ?? []), entity]);
  }
  return map;
}
