import type { BackupRow, ClusterRow, HsmRow, Scope, Tag } from '../domain/index.ts';
import type { BackupHeader, HsmStatus } from '../hsm/wire/index.ts';

/** Where HSMs of one availability zone get their addresses. */
export interface Subnet {
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly cidrBlock: string;
}

/** The built-in network of one account in one Region. */
export interface Vpc {
  readonly vpcId: string;
  readonly subnets: readonly Subnet[];
}

/** The only type that can be created. */
export const HSM_TYPE = 'hsm2m.medium';

export interface NewCluster {
  readonly hsmType: string;
  readonly subnetIds: readonly string[];
  /** FIPS, or the backup's, unless it is said. */
  readonly mode: 'FIPS' | 'NON_FIPS' | undefined;
  readonly retentionDays: number;
  /** To be restored from, by somebody who may. */
  readonly source?: BackupRow | undefined;
  readonly tags: readonly Tag[];
}

/** What the customer's CA made of the cluster's CSR; PEM. */
export interface Claim {
  readonly signedCert: string;
  readonly trustAnchor: string;
}

/** Exactly one of the three. */
export interface HsmSelector {
  readonly hsmId?: string | undefined;
  readonly eniId?: string | undefined;
  readonly eniIp?: string | undefined;
}

export interface ClusterChange {
  readonly hsmType?: string | undefined;
  readonly retentionDays?: number | undefined;
}

export interface ClusterLimits {
  /** Per account and Region. */
  readonly clusters: number;
  /** Per account and Region, over all clusters. */
  readonly hsms: number;
  readonly hsmsPerCluster: number;
}

/** CloudHSM's default quotas. */
export const defaultLimits: ClusterLimits = { clusters: 4, hsms: 6, hsmsPerCluster: 28 };

/**
 * Makes clusters and HSMs what their records say they should be. Requests only check and record what is wanted, and
 * return the row as it then is; the work goes on in the background, also after a restart. They throw `KmsError`.
 */
export interface ClusterControl {
  vpcOf(scope: Scope): Vpc;
  createCluster(scope: Scope, wanted: NewCluster): Promise<ClusterRow>;
  initializeCluster(scope: Scope, clusterId: string, claim: Claim): Promise<ClusterRow>;
  deleteCluster(scope: Scope, clusterId: string): Promise<ClusterRow>;
  createHsm(
    scope: Scope,
    clusterId: string,
    wanted: { readonly availabilityZone: string; readonly ipAddress?: string | undefined },
  ): Promise<HsmRow>;
  deleteHsm(scope: Scope, clusterId: string, selector: HsmSelector): Promise<HsmRow>;
  modifyCluster(scope: Scope, clusterId: string, change: ClusterChange): Promise<ClusterRow>;
  createBackup(scope: Scope, clusterId: string): Promise<BackupRow>;
  deleteBackup(scope: Scope, backupId: string): Promise<BackupRow>;
  restoreBackup(scope: Scope, backupId: string): Promise<BackupRow>;
  modifyBackup(scope: Scope, backupId: string, neverExpires: boolean): Promise<BackupRow>;
  /** To another Region of the same account; the source's tags, if none are given. */
  copyBackup(
    scope: Scope,
    backupId: string,
    to: { readonly region: string; readonly tags?: readonly Tag[] | undefined },
  ): Promise<BackupRow>;
  /** What a backup's file says of itself, the keys that it holds among it; undefined if the file is damaged or not made yet. */
  backupHeader(backupId: string): BackupHeader | undefined;
  /** What each running HSM last said of itself, by HSM id; an HSM that is down is not in it. At most a second old. */
  statuses(): ReadonlyMap<string, HsmStatus>;
  /** Asks every running HSM anew, for a short while. */
  refreshStatuses(): Promise<void>;
  /** Stops all HSM processes; what was under way is taken up at the next start. */
  close(): Promise<void>;
}
