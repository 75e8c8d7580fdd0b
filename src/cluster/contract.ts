import type { BackupRow, ClusterRow, HsmRow, Scope, Tag } from '../domain/index.ts';
import type { BackupHeader, HsmStatus } from '../hsm/wire/index.ts';

/** The address range of HSMs in one availability zone. */
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

/** The only supported HSM type. */
export const HSM_TYPE = 'hsm2m.medium';

export interface NewCluster {
  readonly hsmType: string;
  readonly subnetIds: readonly string[];
  /** Defaults to the backup's mode, or to FIPS. */
  readonly mode: 'FIPS' | 'NON_FIPS' | undefined;
  readonly retentionDays: number;
  /** Backup to restore from. The caller has already been authorized for it. */
  readonly source?: BackupRow | undefined;
  readonly tags: readonly Tag[];
}

/** The cluster certificate, signed by the customer's CA, and the CA's own certificate; PEM. */
export interface Claim {
  readonly signedCert: string;
  readonly trustAnchor: string;
}

/** Selects an HSM by exactly one of the three. */
export interface HsmSelector {
  readonly hsmId?: string | undefined;
  readonly eniId?: string | undefined;
  readonly eniIp?: string | undefined;
}

export interface ClusterChange {
  readonly hsmType?: string | undefined;
  readonly retentionDays?: number | undefined;
}

/** The HSM that waits for a backup, and the token of its restore permit. */
export interface RestoreAuthorization {
  readonly hsmId: string;
  readonly host: string;
  readonly port: number;
  readonly token: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
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
 * The control plane: brings clusters and HSMs to the state that their rows specify. Requests are
 * only checked and recorded, and return the recorded row. The work is done in the background, and
 * continues after a restart. Methods throw `KmsError`.
 */
export interface ClusterControl {
  vpcOf(scope: Scope): Vpc;
  createCluster(scope: Scope, request: NewCluster): Promise<ClusterRow>;
  initializeCluster(scope: Scope, clusterId: string, claim: Claim): Promise<ClusterRow>;
  deleteCluster(scope: Scope, clusterId: string): Promise<ClusterRow>;
  createHsm(
    scope: Scope,
    clusterId: string,
    request: { readonly availabilityZone: string; readonly ipAddress?: string | undefined },
  ): Promise<HsmRow>;
  deleteHsm(scope: Scope, clusterId: string, selector: HsmSelector): Promise<HsmRow>;
  modifyCluster(scope: Scope, clusterId: string, change: ClusterChange): Promise<ClusterRow>;
  createBackup(scope: Scope, clusterId: string): Promise<BackupRow>;
  deleteBackup(scope: Scope, backupId: string): Promise<BackupRow>;
  restoreBackup(scope: Scope, backupId: string): Promise<BackupRow>;
  modifyBackup(scope: Scope, backupId: string, neverExpires: boolean): Promise<BackupRow>;
  /**
   * Copies a backup to another Region of the same account. The tags default to those of the source.
   */
  copyBackup(
    scope: Scope,
    backupId: string,
    to: { readonly region: string; readonly tags?: readonly Tag[] | undefined },
  ): Promise<BackupRow>;
  /**
   * Returns the header of a backup's file, which lists its keys. Undefined if the file is damaged
   * or does not exist yet.
   */
  backupHeader(backupId: string): BackupHeader | undefined;
  /**
   * Lets the caller restore a backup at the port of the cluster's HSM that belongs to no cluster
   * yet. `sourceRoot` is the manufacturer root (PEM) of another installation whose HSM wrote the
   * backup.
   */
  authorizeRestore(
    scope: Scope,
    clusterId: string,
    sourceRoot: string | undefined,
  ): Promise<RestoreAuthorization>;
  /**
   * Returns the last reported status of each running HSM by HSM ID, at most one second old. HSMs
   * that are down are missing.
   */
  statuses(): ReadonlyMap<string, HsmStatus>;
  /** Requests the current status of every running HSM, with a short timeout. */
  refreshStatuses(): Promise<void>;
  /** Stops all HSM processes. The next start resumes interrupted work. */
  close(): Promise<void>;
}
