import type { GrantRow, KeyRow } from '../../../domain/index.ts';
import type { Page, Reader } from '../../../storage/index.ts';
import { requireGrantId } from '../../grants/grant-id.ts';
import { defineOperation } from '../../operation.ts';
import { listPage } from '../../pagination.ts';
import { grantEntry, grantKey } from './grant-entry.ts';

const DEFAULT_LIMIT = 50;

export const ListGrants = defineOperation('kms', 'ListGrants', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  async handle(
    { store },
    { Limit = DEFAULT_LIMIT, Marker, GrantId, GranteePrincipal },
    { key: { key } },
  ) {
    if (GrantId !== undefined) requireGrantId(GrantId);
    const wanted = { key, grantId: GrantId, grantee: GranteePrincipal };
    const { rows, more } = await listPage(
      Limit,
      Marker,
      (page) => store.read((reader) => found(reader, wanted, page)),
      grantKey,
    );
    return { Grants: rows.map(grantEntry), ...more };
  },
});

interface Wanted {
  readonly key: KeyRow;
  readonly grantId: string | undefined;
  readonly grantee: string | undefined;
}

async function found(
  reader: Reader,
  { key: { account, region, keyId }, grantId, grantee }: Wanted,
  page: Page,
): Promise<GrantRow[]> {
  if (grantId !== undefined) {
    const grant = await reader.get('grants', account, region, keyId, grantId);
    return grant && (grantee === undefined || grant.granteeArn === grantee) ? [grant] : [];
  }
  if (grantee !== undefined)
    return reader.find('grants', 'byGrantee', [account, region, keyId, grantee], page);
  return reader.list('grants', [account, region, keyId], page);
}
