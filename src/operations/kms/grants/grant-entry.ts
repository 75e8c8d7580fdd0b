import type { Response } from '../../../contract/index.ts';
import { accountRootArn, keyArn, type GrantRow } from '../../../domain/index.ts';

type Entry = NonNullable<Response<'kms', 'ListGrants'>['Grants']>[number];

/** Returns a grant as listings show it. They contain no grant token. */
export function grantEntry(grant: GrantRow): Entry {
  return {
    KeyId: keyArn(grant, grant.keyId),
    GrantId: grant.grantId,
    Name: grant.name ?? '',
    CreationDate: new Date(grant.creationDate),
    GranteePrincipal: grant.granteeArn,
    ...(grant.retiringArn !== undefined && { RetiringPrincipal: grant.retiringArn }),
    IssuingAccount: accountRootArn(grant.issuingAccount),
    // The cast is safe: validation admits only values of the contract's enum.
    Operations: grant.operations as NonNullable<Entry['Operations']>,
    ...(grant.constraints && { Constraints: grant.constraints }),
  };
}

/** Returns the primary key, for markers. */
export function grantKey({ account, region, keyId, grantId }: GrantRow): readonly string[] {
  return [account, region, keyId, grantId];
}
