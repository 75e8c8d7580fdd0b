/**
 * Members of the CloudHSM v2 API that are newer than the newest client on npm, and `EniPort`, which is ours: AWS's HSMs
 * all listen on port 2223, those of one machine can't. See docs/decisions/0002-cloudhsm-contract.md.
 */
export type NetworkType = 'IPV4' | 'DUALSTACK';
export type ClusterMode = 'FIPS' | 'NON_FIPS';

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
  interface Hsm {
    EniIpV6?: string;
    HsmType?: string;
    /** Ours: the TCP port that the HSM listens on. */
    EniPort?: number;
  }
}
