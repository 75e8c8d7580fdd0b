import { KmsError } from '../../domain/index.ts';

/** How much of each an account or entity may have. Source: "IAM and AWS STS quotas" in the IAM User Guide. */
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

/** `size` is what there would be afterwards. @throws LimitExceeded */
export function checkQuota(quota: Quota, size: number): void {
  if (size > quotas[quota])
    throw new KmsError('LimitExceeded', `Cannot exceed quota for ${quota}: ${quotas[quota]}`);
}
