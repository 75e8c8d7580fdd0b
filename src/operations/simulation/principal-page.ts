import { KmsError } from '../../domain/index.ts';
import type { PrincipalWithPolicies } from '../../identity/index.ts';
import type { Reader } from '../../storage/index.ts';
import type { Services } from '../services.ts';

const PAGE_SIZE = 50;

interface PageStart {
  readonly table: 'users' | 'roles';
  /** The last name of the previous page. */
  readonly after?: string;
}

/** Returns one page of an account's principals: its users, then its roles. */
export async function principalPage(
  { store, identity }: Pick<Services, 'store' | 'identity'>,
  account: string,
  marker: string | undefined,
): Promise<{
  readonly principals: readonly PrincipalWithPolicies[];
  readonly more: string | undefined;
}> {
  const place = placeOf(marker);
  return store.read(async (reader) => {
    const names = await namesAfter(reader, account, place);
    const principals: PrincipalWithPolicies[] = [];
    for (const name of names) {
      const described =
        place.table === 'users'
          ? await userOf(reader, identity, account, name)
          : await roleOf(reader, identity, account, name);
      if (described) principals.push(described);
    }
    return { principals, more: markerAfter(place, names) };
  });
}

async function namesAfter(
  reader: Reader,
  account: string,
  { table, after }: PageStart,
): Promise<string[]> {
  const rows = await reader.list(table, [account], {
    limit: PAGE_SIZE,
    ...(after !== undefined && { after: [account, after] }),
  });
  return rows.map(({ name }) => name);
}

async function userOf(
  reader: Reader,
  { principals }: Services['identity'],
  account: string,
  name: string,
): Promise<PrincipalWithPolicies | undefined> {
  const row = await reader.get('users', account, name);
  return row && principals.user(reader, row);
}

async function roleOf(
  reader: Reader,
  { principals }: Services['identity'],
  account: string,
  name: string,
): Promise<PrincipalWithPolicies | undefined> {
  const row = await reader.get('roles', account, name);
  return row && principals.role(reader, row);
}

function markerAfter({ table }: PageStart, names: readonly string[]): string | undefined {
  const last = names.at(-1);
  if (names.length === PAGE_SIZE && last !== undefined) return `${table}/${last}`;
  return table === 'users' ? 'roles/' : undefined;
}

function placeOf(marker: string | undefined): PageStart {
  const [, table, after] = /^(users|roles)\/(.*)$/.exec(marker ?? 'users/') ?? [];
  if (table !== 'users' && table !== 'roles')
    throw new KmsError('InvalidMarkerException', 'Could not deserialize marker');
  return { table, ...(after && { after }) };
}
