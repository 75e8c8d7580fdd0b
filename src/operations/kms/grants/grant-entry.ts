import type { Response } from '../../../contract/index.ts';
import { accountRootArn, keyArn, type GrantRow } from '../../../domain/index.ts';

type Entry = NonNullable<Response<'kms', 'ListGrants'>['Grants']>[number];

/** A grant as the listings show it; a grant token is not among that. */
export function grantEntry(grant: GrantRow): Entry {
  return {
    KeyId: keyArn(grant, grant.keyId),
    GrantId: grant.grantId,
    Name: grant.name ?? '',
    CreationDate: new Date(grant.creationDate),
    GranteePrincipal: grant.granteeArn,
    ...(grant.retiringArn !== undefined && { RetiringPrincipal: grant.retiringArn }),
    IssuingAccount: accountRootArn(grant.issuingAccount),
    // They are of the contract's enum: nothing else passes its validation.
    Operations: grant.operations as NonNullable<Entry['Operations']>,
    ...(grant.constraints && { Constraints: grant.constraints }),
  };
}

/** The primary key, for markers. */
export function grantKey({ account, region, keyId, grantId }: GrantRow): readonly string[] {
  return [account, region, keyId, grantId];
}
