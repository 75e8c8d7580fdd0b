/** The installation, as `keyhold status` shows it: all Regions of the caller's account. */
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
  /** Operations since the HSM process started. */
  readonly Operations: number;
  readonly Synchronized: boolean;
  /**
   * Coverage: the number of the cluster's HSMs that have everything that this one has. Absent if it
   * is not running.
   */
  readonly Coverage?: { readonly On: number; readonly Of: number };
  /** Reason and time of state DEGRADED, in seconds since the epoch. */
  readonly Reason?: string;
  readonly Since?: number;
}
export interface KeyStoreStatus {
  readonly CustomKeyStoreId: string;
  readonly CustomKeyStoreName: string;
  readonly Region: string;
  readonly ConnectionState: string;
  readonly ConnectionErrorCode?: string;
  /** Reason and time of the connection failure, in seconds since the epoch. */
  readonly Reason?: string;
  readonly Since?: number;
  readonly CloudHsmClusterId: string;
  readonly KeyCount: number;
  readonly Hsms: readonly HsmHealth[];
}

/**
 * Health of an HSM in a connected key store: since when, in seconds since the epoch, and the reason
 * if it is not healthy.
 */
export interface HsmHealth {
  readonly HsmId: string;
  readonly Healthy: boolean;
  readonly Since: number;
  readonly Reason?: string;
}

/**
 * An account of the installation. The management account is the first one: it creates the others
 * and limits them.
 */
export interface AccountInfo {
  readonly AccountId: string;
  readonly AccountName?: string;
  readonly Management: boolean;
  readonly CreationDate: Date;
}
/** The access key of a new account's administrator. Its secret is shown only this once. */
export interface NewAccount {
  readonly Account: AccountInfo;
  readonly UserName: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

/** The cause of a decision: a statement of a policy, or a grant. */
export interface AccessCause {
  /**
   * `resource policy`, `grant`, `identity policy`, `permissions boundary`, `session policy` or
   * `service control policy`.
   */
  readonly Source: string;
  /** Present for a grant. */
  readonly GrantId?: string;
  /** The statement as JSON. Present for a policy. */
  readonly Statement?: string;
}
export interface ExplainedAccess {
  readonly Decision: 'ALLOWED' | 'DENIED';
  /** For a denial, the error message that the caller would get. */
  readonly Reason: string;
  readonly PrincipalArn: string;
  readonly Action: string;
  readonly ResourceArn: string;
  readonly DecidedBy: readonly AccessCause[];
  /**
   * Condition keys that policies test and whose values are unknown. Other values may change the
   * decision.
   */
  readonly UnknownContext: readonly string[];
}
/** The access of one principal to a key. */
export interface KeyAccess {
  readonly PrincipalArn: string;
  /** The allowed actions, and what allows each. */
  readonly Actions: readonly PermittedAction[];
}
export interface PermittedAction {
  readonly Action: string;
  /** True if it depends on conditions whose values are unknown. */
  readonly Conditional: boolean;
  readonly Through: readonly AccessCause[];
}
export interface PolicyFinding {
  readonly Level: 'error' | 'warning' | 'note';
  /** Number of the statement, counted from 1. Absent if the finding is about the whole policy. */
  readonly Statement?: number;
  readonly Text: string;
}

/** A backup, with the contents of its file's header. */
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
  /** The keys with the requested label. */
  readonly Keys: readonly {
    readonly KeyReference: string;
    readonly Label: string;
    readonly Owner: string;
  }[];
}

/** Keyhold's own service: operations for which AWS has no API. */
export interface KeyholdOperations {
  /** Creates a backup of a cluster immediately. */
  readonly CreateBackup: {
    readonly input: { readonly ClusterId: string };
    readonly output: { readonly BackupId: string };
  };
  /**
   * Lists backups of all Regions of the caller's account, newest first: all, or those that contain
   * a key with this label.
   */
  readonly ListBackups: {
    readonly input: { readonly ClusterId?: string; readonly KeyLabel?: string };
    readonly output: { readonly Backups: readonly BackupInfo[] };
  };
  /**
   * Returns the token with which its holder may restore a backup at the port of the cluster's HSM
   * that belongs to no cluster yet, within ten minutes, and the address of that HSM.
   */
  readonly AuthorizeRestore: {
    readonly input: {
      readonly ClusterId: string;
      /** PEM of the manufacturer root of another installation, if an HSM of it wrote the backup. */
      readonly SourceManufacturerRoot?: string;
    };
    readonly output: {
      readonly HsmId: string;
      readonly IpAddress: string;
      readonly Port: number;
      readonly RestoreToken: Uint8Array;
      readonly Expires: Date;
    };
  };
  readonly CreateAccount: {
    readonly input: { readonly AccountId?: string; readonly AccountName?: string };
    readonly output: NewAccount;
  };
  readonly ListAccounts: {
    readonly input: Readonly<Record<string, never>>;
    readonly output: { readonly Accounts: readonly AccountInfo[] };
  };
  /** Policies that limit every principal of an account. An empty list means no limit. */
  readonly GetServiceControlPolicies: {
    readonly input: { readonly AccountId: string };
    readonly output: { readonly Policies: readonly string[] };
  };
  readonly PutServiceControlPolicies: {
    readonly input: { readonly AccountId: string; readonly Policies: readonly string[] };
    readonly output: Readonly<Record<string, never>>;
  };
  /** Explains why a principal of the caller's account may or may not do something. */
  readonly ExplainAccess: {
    readonly input: {
      readonly PrincipalArn: string;
      readonly Action: string;
      /**
       * A key by ID, ARN or alias; or another resource by ARN; or neither, for the account as a
       * whole.
       */
      readonly KeyId?: string;
      readonly ResourceArn?: string;
      /** Condition keys of the request, with their values. */
      readonly Context?: Readonly<Record<string, readonly string[]>>;
    };
    readonly output: ExplainedAccess;
  };
  /** Lists the users and roles of the key's account that can use it, page by page. */
  readonly ListKeyAccess: {
    readonly input: {
      readonly KeyId: string;
      readonly Actions: readonly string[];
      readonly Marker?: string;
    };
    readonly output: {
      readonly KeyArn: string;
      readonly Principals: readonly KeyAccess[];
      /**
       * On the first page only: principals of other accounts that the key policy or a grant allows,
       * subject to their own policies.
       */
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
