import { KmsError } from '../../domain/index.ts';
import type { Described } from '../../identity/index.ts';
import type { Reader } from '../../storage/index.ts';
import type { Services } from '../services.ts';

const PAGE = 50;

interface Place {
  readonly table: 'users' | 'roles';
  /** The last name shown. */
  readonly after?: string;
}

/** The users of an account, then its roles, some at a time. */
export async function principalPage(
  { store, identity }: Pick<Services, 'store' | 'identity'>,
  account: string,
  marker: string | undefined,
): Promise<{ readonly principals: readonly Described[]; readonly more: string | undefined }> {
  const place = placeOf(marker);
  return store.read(async (reader) => {
    const names = await namesAfter(reader, account, place);
    const principals: Described[] = [];
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
  { table, after }: Place,
): Promise<string[]> {
  const rows = await reader.list(table, [account], {
    limit: PAGE,
    ...(after !== undefined && { after: [account, after] }),
  });
  return rows.map(({ name }) => name);
}

async function userOf(
  reader: Reader,
  { principals }: Services['identity'],
  account: string,
  name: string,
): Promise<Described | undefined> {
  const row = await reader.get('users', account, name);
  return row && principals.user(reader, row);
}

async function roleOf(
  reader: Reader,
  { principals }: Services['identity'],
  account: string,
  name: string,
): Promise<Described | undefined> {
  const row = await reader.get('roles', account, name);
  return row && principals.role(reader, row);
}

function markerAfter({ table }: Place, names: readonly string[]): string | undefined {
  const last = names.at(-1);
  if (names.length === PAGE && last !== undefined) return `${table}/${last}`;
  return table === 'users' ? 'roles/' : undefined;
}

function placeOf(marker: string | undefined): Place {
  const [, table, after] = /^(users|roles)\/(.*)$/.exec(marker ?? 'users/') ?? [];
  if (table !== 'users' && table !== 'roles')
    throw new KmsError('InvalidMarkerException', 'Could not deserialize marker');
  return { table, ...(after && { after }) };
}
