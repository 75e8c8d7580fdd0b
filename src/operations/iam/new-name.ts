import { KmsError } from '../../domain/index.ts';
import type { Reader } from '../../storage/index.ts';
import type { EntityTable } from './entities.ts';
import { checkQuota, type Quota } from './quotas.ts';

const entityKinds: Readonly<
  Record<EntityTable, { readonly quota: Quota; readonly taken: (name: string) => string }>
> = {
  users: { quota: 'Users', taken: (name) => `User with name ${name} already exists.` },
  groups: { quota: 'Groups', taken: (name) => `Group with name ${name} already exists.` },
  roles: { quota: 'Roles', taken: (name) => `Role with name ${name} already exists.` },
  managedPolicies: {
    quota: 'Policies',
    taken: (name) => `A policy called ${name} already exists. Duplicate names are not allowed.`,
  },
};

interface Wanted {
  readonly account: string;
  readonly name: string;
  /** The present name of an entity that is renamed. Absent for a new entity. */
  readonly from?: string;
}

/**
 * Requires a free name, and room for one more entity. Names that differ only in case are the same.
 * @throws KmsError EntityAlreadyExists, LimitExceeded
 */
export async function checkNewName(
  reader: Reader,
  table: EntityTable,
  { account, name, from }: Wanted,
): Promise<void> {
  const others = (await reader.list(table, [account])).filter((row) => row.name !== from);
  const lower = name.toLowerCase();
  if (others.some((row) => row.name.toLowerCase() === lower))
    throw new KmsError('EntityAlreadyExists', entityKinds[table].taken(name));
  checkQuota(entityKinds[table].quota, others.length + 1);
}
