/**
 * What the metadata store holds, as plain JSON-able rows. Times are milliseconds since the epoch; bytes are base64.
 * (account, Region) is the partition of everything that a Region owns.
 */

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A KMS key: metadata only. What KeyState shows is derived (`keyState`), because it depends on the key store. */
export interface KeyRecord {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly keySpec: 'SYMMETRIC_DEFAULT';
  readonly keyUsage: 'ENCRYPT_DECRYPT';
  readonly origin: 'AWS_KMS' | 'AWS_CLOUDHSM';
  /** Present exactly when origin is AWS_CLOUDHSM. */
  readonly customKeyStoreId?: string;
  /** Id of the material that encrypts now; older ones only decrypt. */
  readonly currentMaterialId: string;
  readonly creationDate: number;
  /** Present exactly while deletion is pending. */
  readonly deletionDate?: number;
  /** The key policy document as it was put. */
  readonly policy: string;
  readonly tags: readonly Tag[];
}

/** One version of a key's material, as far as it may be known outside an HSM. */
export interface MaterialRecord {
  /** 64 hex digits; also in the header of every ciphertext, so that Decrypt finds the key. */
  readonly materialId: string;
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly creationDate: number;
  /** Default key store: the material wrapped by a domain key, base64, and which domain key. */
  readonly token?: string;
  readonly domainKeyHandle?: string;
  /** CloudHSM key store: the key's handle in the cluster, 16 hex digits. */
  readonly handle?: string;
}

export interface AliasRecord {
  readonly account: string;
  readonly region: string;
  /** With the prefix: `alias/orders`. */
  readonly name: string;
  readonly keyId: string;
  readonly creationDate: number;
  readonly lastUpdatedDate: number;
}

export type ConnectionState = 'CONNECTED' | 'CONNECTING' | 'FAILED' | 'DISCONNECTED' | 'DISCONNECTING';

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

export interface KeyStoreRecord {
  readonly account: string;
  readonly region: string;
  readonly storeId: string;
  readonly name: string;
  readonly clusterId: string;
  /** The customer's CA certificate, PEM. */
  readonly trustAnchor: string;
  /** kmsuser's password, sealed by the default key store, base64. */
  readonly sealedPassword: string;
  /** While a rotation is under way: the password that may already be in force. */
  readonly sealedNextPassword?: string;
  readonly state: ConnectionState;
  readonly errorCode?: ConnectionErrorCode;
  readonly creationDate: number;
}

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

export interface ClusterRecord {
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

export type HsmState = 'CREATE_IN_PROGRESS' | 'ACTIVE' | 'DEGRADED' | 'DELETE_IN_PROGRESS' | 'DELETED';

export interface HsmRecord {
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
  readonly creationDate: number;
}

/** A value of the installation itself, by name. */
export interface SettingRecord {
  readonly name: string;
  readonly value: string;
}
