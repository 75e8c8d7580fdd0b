/** The installation as `keyhold status` shows it: all Regions of the caller's account. */
export interface Status {
  readonly Endpoint: string;
  readonly Version: string;
  /** Seconds since the start of the front end. */
  readonly Uptime: number;
  readonly Regions: readonly RegionStatus[];
  readonly Clusters: readonly ClusterStatus[];
  readonly KeyStores: readonly KeyStoreStatus[];
}
/** The built-in VPC of a Region. */
export interface RegionStatus {
  readonly Region: string;
  readonly VpcId: string;
  readonly Subnets: readonly {
    readonly SubnetId: string;
    readonly AvailabilityZone: string;
    readonly CidrBlock: string;
  }[];
}
export interface ClusterStatus {
  readonly ClusterId: string;
  readonly Region: string;
  readonly State: string;
  readonly HsmType: string;
  readonly Hsms: readonly HsmStatus[];
}
export interface HsmStatus {
  readonly HsmId: string;
  readonly AvailabilityZone: string;
  readonly EniIp: string;
  readonly EniPort: number;
  readonly State: string;
  readonly Keys: number;
  readonly Users: number;
  /** Operations done since the HSM process started. */
  readonly Operations: number;
  readonly Synchronized: boolean;
  /** On how many HSMs of the cluster all is that this one holds. Not there for one that does not run. */
  readonly Coverage?: { readonly On: number; readonly Of: number };
  /** Why it is DEGRADED, and since when (seconds since the epoch). */
  readonly Reason?: string;
  readonly Since?: number;
}
export interface KeyStoreStatus {
  readonly CustomKeyStoreId: string;
  readonly CustomKeyStoreName: string;
  readonly Region: string;
  readonly ConnectionState: string;
  readonly ConnectionErrorCode?: string;
  /** Why it could not be connected, and since when (seconds since the epoch). */
  readonly Reason?: string;
  readonly Since?: number;
  readonly CloudHsmClusterId: string;
  readonly KeyCount: number;
  readonly Hsms: readonly HsmHealth[];
}

/** How an HSM answers to a connected key store: since when, in seconds since the epoch, and why if not healthy. */
export interface HsmHealth {
  readonly HsmId: string;
  readonly Healthy: boolean;
  readonly Since: number;
  readonly Reason?: string;
}

/** One account of the installation. The management account is the first one: it makes the others and limits them. */
export interface AccountInfo {
  readonly AccountId: string;
  readonly AccountName?: string;
  readonly Management: boolean;
  readonly CreationDate: Date;
}
/** The access key of a new account's administrator; its secret is told this once. */
export interface NewAccount {
  readonly Account: AccountInfo;
  readonly UserName: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

/** What decided about an access: a statement of a policy, or a grant. */
export interface AccessCause {
  /** `resource policy`, `grant`, `identity policy`, `permissions boundary`, `session policy` or `service control policy`. */
  readonly Source: string;
  /** Of a grant. */
  readonly GrantId?: string;
  /** Of a policy: the statement, as JSON. */
  readonly Statement?: string;
}
export interface ExplainedAccess {
  readonly Decision: 'ALLOWED' | 'DENIED';
  /** For a denial what the caller would be told. */
  readonly Reason: string;
  readonly PrincipalArn: string;
  readonly Action: string;
  readonly ResourceArn: string;
  readonly DecidedBy: readonly AccessCause[];
  /** Condition keys that policies ask for and nothing is known of: with other values the decision may be another. */
  readonly UnknownContext: readonly string[];
}
/** What one principal can do with a key. */
export interface KeyAccess {
  readonly PrincipalArn: string;
  /** Action → what allows it. */
  readonly Actions: readonly PermittedAction[];
}
export interface PermittedAction {
  readonly Action: string;
  /** Whether it takes conditions to hold that are not known to. */
  readonly Conditional: boolean;
  readonly Through: readonly AccessCause[];
}
export interface PolicyFinding {
  readonly Level: 'error' | 'warning' | 'note';
  /** Counted from 1; absent if it is about the whole policy. */
  readonly Statement?: number;
  readonly Text: string;
}

/** A backup, with what its file says of itself. */
export interface BackupInfo {
  readonly BackupId: string;
  readonly ClusterId: string;
  readonly Region: string;
  readonly State: string;
  /** `activation`, `join`, `leave`, `daily` or `demand`. */
  readonly Reason: string;
  readonly CreationDate: Date;
  readonly UserCount: number;
  readonly KeyCount: number;
  /** The keys with the label that was asked for. */
  readonly Keys: readonly {
    readonly KeyReference: string;
    readonly Label: string;
    readonly Owner: string;
  }[];
}

/** Our own service: what AWS has no API for. */
export interface KeyholdOperations {
  /** Backs a cluster up now. */
  readonly CreateBackup: {
    readonly input: { readonly ClusterId: string };
    readonly output: { readonly BackupId: string };
  };
  /** Backups of all Regions of the caller's account, newest first: all, or those that hold a key with this label. */
  readonly ListBackups: {
    readonly input: { readonly ClusterId?: string; readonly KeyLabel?: string };
    readonly output: { readonly Backups: readonly BackupInfo[] };
  };
  readonly CreateAccount: {
    readonly input: { readonly AccountId?: string; readonly AccountName?: string };
    readonly output: NewAccount;
  };
  readonly ListAccounts: {
    readonly input: Readonly<Record<string, never>>;
    readonly output: { readonly Accounts: readonly AccountInfo[] };
  };
  /** The documents that limit every principal of an account; none: no limit. */
  readonly GetServiceControlPolicies: {
    readonly input: { readonly AccountId: string };
    readonly output: { readonly Policies: readonly string[] };
  };
  readonly PutServiceControlPolicies: {
    readonly input: { readonly AccountId: string; readonly Policies: readonly string[] };
    readonly output: Readonly<Record<string, never>>;
  };
  /** Why a principal of the caller's account may do something, or may not. */
  readonly ExplainAccess: {
    readonly input: {
      readonly PrincipalArn: string;
      readonly Action: string;
      /** A key by id, ARN or alias; or any other resource by ARN; or neither for the account as a whole. */
      readonly KeyId?: string;
      readonly ResourceArn?: string;
      /** Condition keys of the request, with their values. */
      readonly Context?: Readonly<Record<string, readonly string[]>>;
    };
    readonly output: ExplainedAccess;
  };
  /** Which users and roles of the key's account can do what with it, page by page. */
  readonly ListKeyAccess: {
    readonly input: {
      readonly KeyId: string;
      readonly Actions: readonly string[];
      readonly Marker?: string;
    };
    readonly output: {
      readonly KeyArn: string;
      readonly Principals: readonly KeyAccess[];
      /** On the first page: other accounts that the key policy or a grant lets in, as far as their own policies do. */
      readonly OtherAccounts: readonly KeyAccess[];
      readonly NextMarker?: string;
    };
  };
  readonly LintPolicy: {
    readonly input: { readonly Policy: string; readonly Kind: string };
    readonly output: { readonly Findings: readonly PolicyFinding[] };
  };
  readonly DescribeStatus: {
    readonly input: Readonly<Record<string, never>>;
    readonly output: Status;
  };
}
