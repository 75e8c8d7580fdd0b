/** The row of a custom key store. */

export type ConnectionState =
  | 'CONNECTED'
  | 'CONNECTING'
  | 'FAILED'
  | 'DISCONNECTED'
  | 'DISCONNECTING';

export type ConnectionErrorCode =
  | 'INVALID_CREDENTIALS'
  | 'CLUSTER_NOT_FOUND'
  | 'NETWORK_ERRORS'
  | 'INTERNAL_ERROR'
  | 'INSUFFICIENT_CLOUDHSM_HSMS'
  | 'USER_LOCKED_OUT'
  | 'USER_NOT_FOUND'
  | 'USER_LOGGED_IN'
  | 'SUBNET_NOT_FOUND';

export interface KeyStoreRow {
  readonly account: string;
  readonly region: string;
  readonly storeId: string;
  readonly name: string;
  readonly clusterId: string;
  /**
   * The cluster certificate, PEM. Clusters with a common backup history share it. It is stored here
   * because the cluster may be deleted when it is needed.
   */
  readonly clusterCertificate: string;
  /** The customer's CA certificate, PEM. */
  readonly trustAnchor: string;
  /** kmsuser's password, sealed by the default key store, base64. */
  readonly sealedPassword: string;
  /** The pending password of a rotation in progress. It may already be in force. */
  readonly sealedNextPassword?: string;
  readonly state: ConnectionState;
  readonly errorCode?: ConnectionErrorCode;
  readonly creationDate: number;
}
