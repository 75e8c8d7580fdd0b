import type { Response } from '../../contract/index.ts';
import type { ClusterRow, HsmRow } from '../../domain/index.ts';

type Cluster = NonNullable<Response<'cloudhsm', 'CreateCluster'>['Cluster']>;
type Hsm = NonNullable<Response<'cloudhsm', 'CreateHsm'>['Hsm']>;
type Certificates = NonNullable<Cluster['Certificates']>;

/** Returns a cluster and its HSMs as CloudHSM shows them. */
export function describeCluster(cluster: ClusterRow, hsms: readonly HsmRow[]): Cluster {
  return {
    BackupPolicy: 'DEFAULT',
    BackupRetentionPolicy: { Type: 'DAYS', Value: String(cluster.retentionDays) },
    ClusterId: cluster.clusterId,
    CreateTimestamp: new Date(cluster.creationDate),
    Hsms: hsms.map((hsm) => describeHsm(hsm, cluster.hsmType)),
    HsmType: cluster.hsmType,
    SecurityGroup: cluster.securityGroup,
    ...(cluster.sourceBackupId !== undefined && { SourceBackupId: cluster.sourceBackupId }),
    State: cluster.state,
    ...(cluster.stateMessage !== undefined && { StateMessage: cluster.stateMessage }),
    SubnetMapping: { ...cluster.subnetMapping },
    VpcId: cluster.vpcId,
    NetworkType: cluster.networkType,
    Certificates: certificatesOf(cluster),
    TagList: cluster.tags.map(({ key, value }) => ({ Key: key, Value: value })),
    Mode: cluster.mode,
  };
}

/**
 * Returns an HSM as CloudHSM shows it. `EniPort` is Keyhold's own member, because AWS's HSMs all
 * listen on 2223. It appears once the HSM listens.
 */
export function describeHsm(hsm: HsmRow, hsmType: string): Hsm {
  return {
    AvailabilityZone: hsm.availabilityZone,
    ClusterId: hsm.clusterId,
    SubnetId: hsm.subnetId,
    EniId: hsm.eniId,
    EniIp: hsm.eniIp,
    ...(hsm.port !== 0 && { EniPort: hsm.port }),
    HsmId: hsm.hsmId,
    HsmType: hsmType,
    State: hsm.state,
    ...(hsm.stateMessage !== undefined && { StateMessage: hsm.stateMessage }),
  };
}

/**
 * Returns the certificates of a cluster: the CSR only until the customer's CA has signed it, and
 * the cluster certificate only after the HSM has accepted it.
 */
function certificatesOf(cluster: ClusterRow): Certificates {
  const {
    state,
    clusterCsr,
    hsmCertificate,
    awsHardwareCertificate,
    manufacturerHardwareCertificate,
    clusterCertificate,
  } = cluster;
  const unclaimed = state === 'UNINITIALIZED' || state === 'INITIALIZE_IN_PROGRESS';
  return {
    ...(unclaimed && clusterCsr !== undefined && { ClusterCsr: clusterCsr }),
    ...(hsmCertificate !== undefined && { HsmCertificate: hsmCertificate }),
    ...(awsHardwareCertificate !== undefined && { AwsHardwareCertificate: awsHardwareCertificate }),
    ...(manufacturerHardwareCertificate !== undefined && {
      ManufacturerHardwareCertificate: manufacturerHardwareCertificate,
    }),
    ...(!unclaimed &&
      clusterCertificate !== undefined && { ClusterCertificate: clusterCertificate }),
  };
}
