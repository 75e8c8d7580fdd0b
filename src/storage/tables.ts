import type {
  AccessKeyRow,
  AccessKeyUseRow,
  AccountRow,
  AliasRow,
  BackupRow,
  ClusterRow,
  CountRow,
  GrantRow,
  GroupRow,
  HsmRow,
  KeyEventRow,
  KeyRow,
  KeyStoreRow,
  ManagedPolicyRow,
  KeyUseRow,
  MaterialRow,
  MembershipRow,
  OidcProviderRow,
  RoleRow,
  SettingRow,
  UserRow,
} from '../domain/index.ts';

/** Tables, and the row that each holds. */
export interface Tables {
  keys: KeyRow;
  materials: MaterialRow;
  keyUses: KeyUseRow;
  keyEvents: KeyEventRow;
  counts: CountRow;
  aliases: AliasRow;
  grants: GrantRow;
  keyStores: KeyStoreRow;
  clusters: ClusterRow;
  hsms: HsmRow;
  backups: BackupRow;
  accounts: AccountRow;
  users: UserRow;
  accessKeys: AccessKeyRow;
  accessKeyUses: AccessKeyUseRow;
  groups: GroupRow;
  memberships: MembershipRow;
  roles: RoleRow;
  managedPolicies: ManagedPolicyRow;
  oidcProviders: OidcProviderRow;
  settings: SettingRow;
}

export type TableName = keyof Tables;

interface Layout<Row> {
  /** Columns of the primary key, outermost first. Rows are listed in their order. */
  readonly key: readonly (keyof Row & string)[];
  /**
   * Secondary, non-unique indexes by name. Rows that lack one of the columns are not in that index.
   */
  readonly indexes: Readonly<Record<string, readonly (keyof Row & string)[]>>;
}

/** Primary key and indexes of each table. Storage engines build their schema from this. */
export const layouts = {
  keys: {
    key: ['account', 'region', 'keyId'],
    indexes: {
      byStore: ['account', 'region', 'customKeyStoreId'],
      byDeletion: ['deletionDate'],
      byRotation: ['nextRotationDate'],
      byTransition: ['transitionStart'],
      byOnDemandRotation: ['onDemandRotationStart'],
      byFamily: ['account', 'keyId', 'primaryRegion'],
    },
  },
  materials: {
    key: ['materialId', 'region'],
    indexes: { byKey: ['account', 'region', 'keyId'], byExpiry: ['validTo'] },
  },
  keyEvents: { key: ['eventId'], indexes: {} },
  keyUses: { key: ['account', 'region', 'keyId'], indexes: {} },
  counts: { key: ['account', 'region', 'of'], indexes: {} },
  grants: {
    key: ['account', 'region', 'keyId', 'grantId'],
    indexes: {
      byGrantee: ['account', 'region', 'keyId', 'granteeArn'],
      byName: ['account', 'region', 'keyId', 'name'],
      byRetiring: ['region', 'retiringArn'],
    },
  },
  aliases: {
    key: ['account', 'region', 'name'],
    indexes: { byKey: ['account', 'region', 'keyId'] },
  },
  keyStores: {
    key: ['account', 'region', 'storeId'],
    indexes: { byName: ['account', 'region', 'name'], byState: ['state'] },
  },
  clusters: { key: ['account', 'region', 'clusterId'], indexes: { byState: ['state'] } },
  hsms: { key: ['account', 'region', 'clusterId', 'hsmId'], indexes: { byState: ['state'] } },
  backups: {
    key: ['account', 'region', 'backupId'],
    indexes: { byCluster: ['account', 'region', 'clusterId'] },
  },
  accounts: { key: ['account'], indexes: {} },
  users: { key: ['account', 'name'], indexes: {} },
  accessKeys: { key: ['accessKeyId'], indexes: { byUser: ['account', 'userName'] } },
  accessKeyUses: { key: ['accessKeyId'], indexes: {} },
  groups: { key: ['account', 'name'], indexes: {} },
  memberships: {
    key: ['account', 'groupName', 'userName'],
    indexes: { byUser: ['account', 'userName'] },
  },
  roles: { key: ['account', 'name'], indexes: {} },
  managedPolicies: { key: ['account', 'name'], indexes: {} },
  oidcProviders: { key: ['account', 'url'], indexes: {} },
  settings: { key: ['name'], indexes: {} },
} as const satisfies { [T in TableName]: Layout<Tables[T]> };

export type IndexName<T extends TableName> = keyof (typeof layouts)[T]['indexes'] & string;
