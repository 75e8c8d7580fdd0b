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
}
export interface KeyStoreStatus {
  readonly CustomKeyStoreId: string;
  readonly CustomKeyStoreName: string;
  readonly Region: string;
  readonly ConnectionState: string;
  readonly ConnectionErrorCode?: string;
  readonly CloudHsmClusterId: string;
  readonly KeyCount: number;
  readonly Hsms: readonly { readonly HsmId: string; readonly Healthy: boolean; readonly Reason?: string }[];
}

/** Our own service: what AWS has no API for. */
export interface KeyholdOperations {
  readonly DescribeStatus: { readonly input: Readonly<Record<string, never>>; readonly output: Status };
}
