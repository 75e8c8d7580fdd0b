/** What the metadata store holds of accounts and their principals. Times are milliseconds since the epoch. */
import type { Tag } from './tag.ts';

export interface AccountRow {
  /** 12 digits. */
  readonly account: string;
  readonly name?: string;
  readonly creationDate: number;
  /** Documents that limit every principal of the account; absent: no limit. */
  readonly serviceControlPolicies?: readonly string[];
}

/** What users, groups, roles and managed policies share: within its account each is known by its name, whatever its path. */
export interface IamEntityRow {
  readonly account: string;
  readonly name: string;
  /** `/`, or segments between slashes: `/engineering/`. */
  readonly path: string;
  readonly creationDate: number;
}

/** What policies are attached to: a user, group or role. */
export interface PolicyHolder extends IamEntityRow {
  /** Documents by policy name. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs of managed policies, in the order of attachment. */
  readonly attachedPolicies: readonly string[];
}

export interface UserRow extends PolicyHolder {
  /** `AIDA…` */
  readonly userId: string;
  /** The ARN of the managed policy that bounds what the user may do. */
  readonly boundary?: string;
  readonly tags: readonly Tag[];
}

export interface GroupRow extends PolicyHolder {
  /** `AGPA…` */
  readonly groupId: string;
}

/** A user is in a group. */
export interface MembershipRow {
  readonly account: string;
  readonly groupName: string;
  readonly userName: string;
}

export interface RoleRow extends PolicyHolder {
  /** `AROA…` */
  readonly roleId: string;
  readonly boundary?: string;
  readonly tags: readonly Tag[];
  readonly description?: string;
  /** Seconds. */
  readonly maxSessionDuration: number;
  /** Who may assume the role: a policy document with principals. */
  readonly trustPolicy: string;
  /** The unique ids of the users and roles that it names, by ARN, as they were when it was put. */
  readonly trustPrincipals: Readonly<Record<string, string>>;
}

export interface PolicyVersion {
  /** `v1`, `v2`, …; a number is never used again. */
  readonly versionId: string;
  readonly document: string;
  readonly creationDate: number;
}

export interface ManagedPolicyRow extends IamEntityRow {
  /** `ANPA…` */
  readonly policyId: string;
  readonly description?: string;
  /** Oldest first; at least one. */
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersionId: string;
  /** The number of the newest version that there ever was. */
  readonly lastVersion: number;
  readonly updateDate: number;
  readonly tags: readonly Tag[];
}

/** An OpenID Connect identity provider whose tokens roles of the account may trust. */
export interface OidcProviderRow {
  readonly account: string;
  /** The issuer without its scheme: `oidc.example.com/cluster`. */
  readonly url: string;
  /** `https`; `http` is possible for a provider on this machine. */
  readonly scheme: 'https' | 'http';
  /** The audiences that are accepted. */
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly creationDate: number;
  readonly tags: readonly Tag[];
}

export interface AccessKeyRow {
  /** `AKIA…` */
  readonly accessKeyId: string;
  readonly account: string;
  readonly userName: string;
  /** The secret, sealed by the default key store and bound to the access key's id, base64. */
  readonly sealedSecret: string;
  readonly active: boolean;
  readonly creationDate: number;
}

/** When and for what an access key was last used, to the minute. */
export interface AccessKeyUseRow {
  readonly accessKeyId: string;
  readonly time: number;
  readonly region: string;
  readonly service: string;
}
