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
  readonly Subnets: readonly { readonly SubnetId: string; readonly AvailabilityZone: string; readonly CidrBlock: string }[];
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

/** Our own service: what AWS has no API for. */
export interface KeyholdOperations {
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
  readonly DescribeStatus: { readonly input: Readonly<Record<string, never>>; readonly output: Status };
}
