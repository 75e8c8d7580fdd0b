/**
 * Format of a backup file: 8 bytes `KEYHOLDB`, the 4-byte big-endian length of the header, the
 * header in JSON, and the sealed contents. The seal covers all bytes before it. The header can be
 * read without the secret.
 */

/**
 * `hardware`: opens only in genuine HSMs of the same manufacturer and operator. `passphrase`: opens
 * in any HSM with the passphrase (argon2id). `shares`: opens in any HSM with enough shares of its
 * secret.
 */
export type BackupProtection = 'hardware' | 'passphrase' | 'shares';

export interface BackupHeader {
  readonly format: 1;
  readonly protection: BackupProtection;
  /** ID given by the control plane. Empty for an export. */
  readonly backupId: string;
  readonly clusterId: string;
  readonly hsmId: string;
  readonly mode: 'FIPS' | 'NON_FIPS';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** PEM. Clusters with the same certificate are related. */
  readonly clusterCertificate: string;
  /** Base64. Used to derive the key of this backup. */
  readonly salt: string;
  /** With `shares`: the holders, and the number of shares needed. */
  readonly holders?: readonly string[];
  readonly threshold?: number;
  readonly userCount: number;
  /** The token keys in the backup. Names only. */
  readonly keys: readonly BackedUpKey[];
}

export interface BackedUpKey {
  readonly handle: string;
  readonly label: string;
  readonly id: string;
  readonly owner: string;
}

export interface BackupFile {
  readonly header: BackupHeader;
  /** All bytes before the sealed contents. */
  readonly prefix: Uint8Array;
  readonly sealed: Uint8Array;
}

const MAGIC = Buffer.from('KEYHOLDB');
const LENGTH_BYTES = 4;

/** Returns the bytes before the sealed contents. */
export function encodeBackupPrefix(header: BackupHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  return Buffer.concat([MAGIC, length, json]);
}

/**
 * Returns undefined if the bytes are not a backup in a known format. Only opening the contents
 * shows whether the file is intact.
 */
export function decodeBackupFile(bytes: Uint8Array): BackupFile | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = MAGIC.length + LENGTH_BYTES;
  if (file.length < start || !file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const end = start + file.readUInt32BE(MAGIC.length);
  if (end > file.length) return undefined;
  const header = readHeader(file.subarray(start, end));
  return header && { header, prefix: file.subarray(0, end), sealed: file.subarray(end) };
}

function readHeader(json: Buffer): BackupHeader | undefined {
  try {
    // Opening the contents shows whether an HSM wrote the header, because the seal covers it.
    const header = JSON.parse(json.toString()) as BackupHeader;
    return header.format === 1 && typeof header.salt === 'string' && Array.isArray(header.keys)
      ? header
      : undefined;
  } catch {
    return undefined;
  }
}
