/** What the metadata store holds of accounts and their principals. Times are milliseconds since the epoch. */
import type { Tag } from './records.ts';

export interface AccountRecord {
  /** 12 digits. */
  readonly account: string;
  readonly creationDate: number;
}

/** What policies are attached to: the part that users, groups and roles share. */
export interface PolicyHolder {
  /** Documents by policy name. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs of managed policies, in the order of attachment. */
  readonly attachedPolicies: readonly string[];
}

export interface UserRecord extends PolicyHolder {
  readonly account: string;
  readonly name: string;
  /** `/`, or segments between slashes: `/engineering/`. */
  readonly path: string;
  /** `AIDA…` */
  readonly userId: string;
  readonly creationDate: number;
  readonly tags: readonly Tag[];
}

export interface AccessKeyRecord {
  /** `AKIA…` */
  readonly accessKeyId: string;
  readonly account: string;
  readonly userName: string;
  /** The secret, sealed by the default key store and bound to the access key's id, base64. */
  readonly sealedSecret: string;
  readonly active: boolean;
  readonly creationDate: number;
}
