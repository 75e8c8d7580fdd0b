/**
 * Rows of the metadata store about accounts and their principals. Times are in milliseconds since
 * the epoch.
 */
import type { Tag } from './tag.ts';

export interface AccountRow {
  /** 12 digits. */
  readonly account: string;
  readonly name?: string;
  readonly creationDate: number;
  /** Service control policies, which limit every principal of the account. No limit if absent. */
  readonly serviceControlPolicies?: readonly string[];
}

/**
 * Common columns of users, groups, roles and managed policies. Names are unique within an account,
 * whatever the path.
 */
export interface IamEntityRow {
  readonly account: string;
  readonly name: string;
  /** `/`, or segments between slashes: `/engineering/`. */
  readonly path: string;
  readonly creationDate: number;
}

/** Common columns of the entities that policies are attached to: users, groups and roles. */
export interface PolicyHolder extends IamEntityRow {
  /** Documents by policy name. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs of managed policies, in the order of attachment. */
  readonly attachedPolicies: readonly string[];
}

export interface UserRow extends PolicyHolder {
  /** `AIDA…` */
  readonly userId: string;
  /** ARN of the managed policy that is the user's permissions boundary. */
  readonly boundary?: string;
  readonly tags: readonly Tag[];
}

export interface GroupRow extends PolicyHolder {
  /** `AGPA…` */
  readonly groupId: string;
}

/** Membership of a user in a group. */
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
  /** Maximum duration of a session, in seconds. */
  readonly maxSessionDuration: number;
  /** The trust policy, which names the principals that may assume the role. */
  readonly trustPolicy: string;
  /**
   * Unique IDs of the users and roles that the trust policy names, by ARN, as of when it was put.
   */
  readonly trustPrincipals: Readonly<Record<string, string>>;
}

export interface PolicyVersion {
  /** `v1`, `v2`, …. Numbers are never reused. */
  readonly versionId: string;
  readonly document: string;
  readonly creationDate: number;
}

export interface ManagedPolicyRow extends IamEntityRow {
  /** `ANPA…` */
  readonly policyId: string;
  readonly description?: string;
  /** Versions, oldest first. At least one. */
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersionId: string;
  /** Number of the newest version that ever existed. */
  readonly lastVersion: number;
  readonly updateDate: number;
  readonly tags: readonly Tag[];
}

/** An OpenID Connect identity provider, whose tokens roles of the account can trust. */
export interface OidcProviderRow {
  readonly account: string;
  /** The issuer without its scheme: `oidc.example.com/cluster`. */
  readonly url: string;
  /** `https`, or `http` for a provider on this machine. */
  readonly scheme: 'https' | 'http';
  /** Accepted audiences. */
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
  /** The secret, sealed by the default key store and bound to the access key's ID, base64. */
  readonly sealedSecret: string;
  readonly active: boolean;
  readonly creationDate: number;
}

/** The last use of an access key, to the minute. */
export interface AccessKeyUseRow {
  readonly accessKeyId: string;
  readonly time: number;
  readonly region: string;
  readonly service: string;
}
