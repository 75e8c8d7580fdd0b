import type { Response } from '../../contract/index.ts';
import { iamArn, type ManagedPolicyRow, type UserRow } from '../../domain/index.ts';
import type { Attachments } from './attachments.ts';

type User = NonNullable<Response<'iam', 'GetUser'>['User']>;
type Policy = NonNullable<Response<'iam', 'GetPolicy'>['Policy']>;

/** Returns a user as listings show it. */
export function describeUser(row: UserRow): User {
  return {
    Path: row.path,
    UserName: row.name,
    UserId: row.userId,
    Arn: iamArn('user', row),
    CreateDate: new Date(row.creationDate),
  };
}

export function describePolicy(row: ManagedPolicyRow, attached?: Attachments): Policy {
  return {
    PolicyName: row.name,
    PolicyId: row.policyId,
    Arn: iamArn('policy', row),
    Path: row.path,
    DefaultVersionId: row.defaultVersionId,
    AttachmentCount: attached?.holders.length ?? 0,
    PermissionsBoundaryUsageCount: attached?.bounded.length ?? 0,
    IsAttachable: true,
    CreateDate: new Date(row.creationDate),
    UpdateDate: new Date(row.updateDate),
  };
}
