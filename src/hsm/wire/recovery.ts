/**
 * The recovery key of a cluster: made in its HSMs, it seals exports, and in a guarded cluster all
 * backups. It leaves the HSMs once, split into shares for the *recovery holders*.
 */

/** Maximum number of recovery holders: twice CloudHSM's largest quorum. */
export const MAX_RECOVERY_HOLDERS = 16;

/** Purpose to which shares for EC keys are bound. */
export const RECOVERY_SHARE_PURPOSE = 'keyhold recovery share';

/** A person who gets a share of the recovery key. */
export interface RecoveryHolder {
  /** 1 to 32 letters, digits, `-` or `_`. */
  readonly name: string;
  /**
   * PEM of an RSA key of at least 2048 bits or an EC key on P-256. The share is encrypted for it.
   */
  readonly publicKey: string;
}

export interface RecoveryOrder {
  readonly holders: readonly RecoveryHolder[];
  /** Number of shares that reconstruct the key. 1 of 1 is allowed. */
  readonly threshold: number;
}

/** A holder, as the HSMs and backups name it. `fingerprint`: SHA-256 of the public key, hex. */
export interface RecoveryHolderInfo {
  readonly name: string;
  readonly fingerprint: string;
}

/** Public facts of a recovery key. `keyId` identifies the key without revealing it. */
export interface RecoveryInfo {
  readonly keyId: string;
  readonly threshold: number;
  readonly holders: readonly RecoveryHolderInfo[];
}

export interface RecoveryShare {
  readonly holder: string;
  /** Encrypted for the holder's key, with RSA by RSAES-OAEP with SHA-256 (`crypto/seal-for.ts`). */
  readonly encrypted: Uint8Array;
}

/** A new recovery key with its encrypted shares, which the HSM returns only once. */
export interface IssuedRecovery extends RecoveryInfo {
  readonly shares: readonly RecoveryShare[];
}

export interface RecoveryRequest extends Omit<RecoveryInfo, 'keyId'> {
  /** Related clusters share the cluster key, so that it alone would not name one. */
  readonly clusterId: string;
  /** SHA-256 of the cluster's public key (SubjectPublicKeyInfo), hex. */
  readonly clusterKey: string;
  /** ID of the recovery key that is replaced, if there is one. */
  readonly replaces: string | undefined;
}

/**
 * Returns the text that the customer's CA signs before a cluster gets other recovery holders. The
 * ID of the replaced key makes it valid once.
 */
export function recoveryRequestText(request: RecoveryRequest): string {
  const { clusterId, clusterKey, replaces = 'none', threshold, holders } = request;
  return [
    'Keyhold: new recovery holders',
    `cluster: ${clusterId}`,
    `cluster key: ${clusterKey}`,
    `replaced recovery key: ${replaces}`,
    `shares needed: ${threshold} of ${holders.length}`,
    ...holders.map(({ name, fingerprint }) => `holder: ${name} ${fingerprint}`),
    '',
  ].join('\n');
}
