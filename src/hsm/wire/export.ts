/** Protection of an export: a passphrase, or shares of which `threshold` are needed. */
export type ExportProtection =
  | { readonly passphrase: string }
  | { readonly holders: readonly string[]; readonly threshold: number };

/** The secret that opens an export: the passphrase, or decrypted shares of the holders. */
export type ExportSecret =
  | { readonly passphrase: string }
  | { readonly shares: readonly Uint8Array[] };

export interface ExportShare {
  readonly username: string;
  /** Encrypted for the holder's RSA key. */
  readonly encrypted: Uint8Array;
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
