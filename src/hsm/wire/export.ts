/**
 * Secrets that open a backup which is sealed under a recovery key: decrypted shares of its holders,
 * and the passphrase if the export has one. An active HSM that holds the key needs no shares to
 * check a backup.
 */
export interface BackupUnlock {
  readonly shares?: readonly Uint8Array[];
  readonly passphrase?: string;
}

/** Contents of a backup. */
export interface BackupSummary {
  readonly backupId: string;
  readonly clusterId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly userCount: number;
  readonly keyCount: number;
  readonly recordCount: number;
  /** True if its cluster has the same certificate as the HSM that checked it. */
  readonly related: boolean;
}
