/** Who can open an export: whoever knows the passphrase, or so many of the holders together. */
export type ExportProtection =
  | { readonly passphrase: string }
  | { readonly holders: readonly string[]; readonly threshold: number };

/** What opens an export: the passphrase, or the holders' shares in clear. */
export type ExportSecret =
  | { readonly passphrase: string }
  | { readonly shares: readonly Uint8Array[] };

export interface ExportShare {
  readonly username: string;
  /** For the holder's RSA key. */
  readonly encrypted: Uint8Array;
}

/** What a backup turned out to hold. */
export interface BackupSummary {
  readonly backupId: string;
  readonly clusterId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly userCount: number;
  readonly keyCount: number;
  readonly recordCount: number;
  /** Whether its cluster has the same certificate as that of the HSM that was asked. */
  readonly related: boolean;
}
