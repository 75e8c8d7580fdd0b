/**
 * Rows about CloudHSM clusters, their HSMs and their backups. Times are in milliseconds since the
 * epoch.
 */
import type { Tag } from './tag.ts';

export type ClusterState =
  | 'CREATE_IN_PROGRESS'
  | 'UNINITIALIZED'
  | 'INITIALIZE_IN_PROGRESS'
  | 'INITIALIZED'
  | 'ACTIVE'
  | 'UPDATE_IN_PROGRESS'
  | 'DELETE_IN_PROGRESS'
  | 'DELETED'
  | 'DEGRADED';

export interface ClusterRow {
  readonly account: string;
  readonly region: string;
  readonly clusterId: string;
  readonly hsmType: string;
  readonly mode: 'FIPS' | 'NON_FIPS';
  readonly networkType: 'IPV4';
  readonly state: ClusterState;
  readonly stateMessage?: string;
  readonly vpcId: string;
  readonly securityGroup: string;
  /** Subnet IDs by Availability Zone. */
  readonly subnetMapping: Readonly<Record<string, string>>;
  readonly retentionDays: number;
  /** The backup that the cluster was created from. */
  readonly sourceBackupId?: string;
  /**
   * Certificates in PEM. The CSR and the two hardware certificates exist once the cluster has an
   * HSM; the last two since InitializeCluster.
   */
  readonly clusterCsr?: string;
  readonly hsmCertificate?: string;
  readonly awsHardwareCertificate?: string;
  readonly manufacturerHardwareCertificate?: string;
  readonly clusterCertificate?: string;
  readonly trustAnchor?: string;
  readonly tags: readonly Tag[];
  readonly creationDate: number;
}

export type BackupReason = 'activation' | 'join' | 'leave' | 'daily' | 'demand';

export type BackupState = 'CREATE_IN_PROGRESS' | 'READY' | 'PENDING_DELETION' | 'DELETED';

/**
 * A backup of a cluster. The sealed file itself is next to the metadata store, named by the
 * backup's ID. A backup in state CREATE_IN_PROGRESS is created by the first HSM of the cluster that
 * can.
 */
export interface BackupRow {
  readonly account: string;
  readonly region: string;
  readonly backupId: string;
  readonly clusterId: string;
  readonly reason: BackupReason;
  readonly hsmType: string;
  readonly mode: 'FIPS' | 'NON_FIPS';
  readonly state: BackupState;
  /**
   * Certificates in PEM, as in the cluster's row. Clusters restored from this backup have them too.
   */
  readonly clusterCertificate: string;
  readonly trustAnchor: string;
  readonly creationDate: number;
  readonly neverExpires: boolean;
  /** Retention of the cluster's backups, in days, kept here because the cluster may be deleted. */
  readonly retentionDays: number;
  /** Present for a copy from another Region. */
  readonly copy?: {
    readonly date: number;
    readonly region: string;
    readonly backupId: string;
    readonly clusterId: string;
  };
  /** When the backup is deleted permanently. Present exactly in state PENDING_DELETION. */
  readonly deletionDate?: number;
  /** The resource policy that shares the backup, as it was put. */
  readonly policy?: string;
  readonly tags: readonly Tag[];
}

export type HsmState =
  | 'CREATE_IN_PROGRESS'
  | 'ACTIVE'
  | 'DEGRADED'
  | 'DELETE_IN_PROGRESS'
  | 'DELETED';

export interface HsmRow {
  readonly account: string;
  readonly region: string;
  readonly clusterId: string;
  readonly hsmId: string;
  readonly availabilityZone: string;
  readonly subnetId: string;
  readonly eniId: string;
  /**
   * The HSM's listening address and port. AWS's HSMs all use port 2223; several of Keyhold's can
   * share a host.
   */
  readonly eniIp: string;
  readonly port: number;
  readonly state: HsmState;
  readonly stateMessage?: string;
  /** The host that runs the HSM. Absent for this machine. */
  readonly hostId?: string;
  /** When the HSM became degraded, in milliseconds since the epoch. */
  readonly degradedSince?: number;
  /**
   * When the HSM began to wait for the cluster's owner, in milliseconds since the epoch. The state
   * message says what for.
   */
  readonly waitingSince?: number;
  readonly creationDate: number;
  /** The backup that this HSM is restored from, if there was no other HSM to clone it from. */
  readonly restoreFrom?: string;
}
