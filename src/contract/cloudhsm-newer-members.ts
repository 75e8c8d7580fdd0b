import type { SdkResponse } from './sdk-types.ts';

/**
 * Members and operations of the CloudHSM v2 API that are newer than the newest client on npm, and
 * Keyhold's own `EniPort`: AWS's HSMs all listen on port 2223, but several HSMs of Keyhold can
 * share a host. See docs/decisions/0002-cloudhsm-contract.md.
 */
export type NetworkType = 'IPV4' | 'DUALSTACK';
export type ClusterMode = 'FIPS' | 'NON_FIPS';

/**
 * The operations on resource policies, and the current form of ModifyCluster, from the service
 * model (2017-04-28).
 */
export interface NewerOperations {
  readonly ModifyCluster: {
    readonly input: {
      readonly HsmType?: string;
      readonly BackupRetentionPolicy?: { readonly Type?: 'DAYS'; readonly Value?: string };
      readonly ClusterId: string;
    };
    readonly output: SdkResponse<'cloudhsm', 'ModifyCluster'>;
  };
  readonly PutResourcePolicy: {
    readonly input: { readonly ResourceArn?: string; readonly Policy?: string };
    readonly output: { readonly ResourceArn?: string; readonly Policy?: string };
  };
  readonly GetResourcePolicy: {
    readonly input: { readonly ResourceArn?: string };
    readonly output: { readonly Policy?: string };
  };
  readonly DeleteResourcePolicy: {
    readonly input: { readonly ResourceArn?: string };
    readonly output: { readonly ResourceArn?: string; readonly Policy?: string };
  };
}

declare module '@aws-sdk/client-cloudhsm-v2/dist-types/models/models_0.js' {
  interface CreateClusterRequest {
    NetworkType?: NetworkType;
    Mode?: ClusterMode;
  }
  interface Cluster {
    HsmTypeRollbackExpiration?: Date;
    NetworkType?: NetworkType;
    Mode?: ClusterMode;
  }
  interface Backup {
    BackupArn?: string;
    HsmType?: string;
    Mode?: ClusterMode;
  }
  interface DescribeBackupsRequest {
    Shared?: boolean;
  }
  interface Hsm {
    EniIpV6?: string;
    HsmType?: string;
    /** Keyhold's own: the HSM's TCP port. */
    EniPort?: number;
  }
}
