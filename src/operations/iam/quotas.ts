import { KmsError } from '../../domain/index.ts';

/** Quotas of an account or entity. Source: "IAM and AWS STS quotas" in the IAM User Guide. */
export const quotas = {
  Users: 5000,
  Groups: 300,
  Roles: 1000,
  Policies: 1500,
  OpenIDConnectProviders: 100,
  AccessKeysPerUser: 2,
  GroupsPerUser: 10,
  PoliciesPerUser: 10,
  PoliciesPerGroup: 10,
  PoliciesPerRole: 10,
  VersionsPerPolicy: 5,
  PolicySize: 6144,
  UserPolicySize: 2048,
  GroupPolicySize: 5120,
  RolePolicySize: 10_240,
  ACLSizePerRole: 2048,
  ClientIdsPerOpenIdConnectProvider: 100,
  TagsPerEntity: 50,
} as const;

export type Quota = keyof typeof quotas;

/** Requires that the resulting size is within the quota. @throws KmsError LimitExceeded */
export function checkQuota(quota: Quota, size: number): void {
  if (size > quotas[quota])
    throw new KmsError('LimitExceeded', `Cannot exceed quota for ${quota}: ${quotas[quota]}`);
}
