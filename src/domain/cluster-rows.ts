/** Rows about CloudHSM clusters, their HSMs and their backups. Times are in milliseconds since the epoch. */
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
  /** Availability zone → subnet id. */
  readonly subnetMapping: Readonly<Record<string, string>>;
  readonly retentionDays: number;
  /** The backup that the cluster was made from. */
  readonly sourceBackupId?: string;
  /** PEM. The CSR and the two hardware certificates come with the first HSM; the last two with InitializeCluster. */
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
 * A backup of a cluster; the sealed file itself lies beside the metadata store, under the backup's id. One that is still
 * CREATE_IN_PROGRESS is to be made by the first HSM of the cluster that can.
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
  /** PEM, as of the cluster: clusters restored from this backup have them too. */
  readonly clusterCertificate: string;
  readonly trustAnchor: string;
  readonly creationDate: number;
  readonly neverExpires: boolean;
  /** The policy of a cluster that is gone. */
  readonly retentionDays: number;
  /** Present for a copy from another Region. */
  readonly copy?: {
    readonly date: number;
    readonly region: string;
    readonly backupId: string;
    readonly clusterId: string;
  };
  /** Present exactly in state PENDING_DELETION: when the backup is gone for good. */
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
  /** The address the HSM listens on, and its port (AWS's HSMs all use 2223; several of ours share a host). */
  readonly eniIp: string;
  readonly port: number;
  readonly state: HsmState;
  readonly stateMessage?: string;
  /** The other machine that runs it; on this one, if absent. */
  readonly hostId?: string;
  /** Since when an HSM has been degraded, milliseconds since the epoch. */
  readonly degradedSince?: number;
  readonly creationDate: number;
  /** The backup that this HSM begins with, because there was no other HSM to clone it from. */
  readonly restoreFrom?: string;
}
