/**
 * A backup as it lies in a file: 8 bytes `KEYHOLDB`, a 4-byte big-endian length, a header of that many bytes of JSON, and
 * the sealed contents, to which all bytes before them are bound. The header is for those who can't open the rest.
 */

/**
 * `hardware`: opens in any genuine HSM of this manufacturer and operator, and nowhere else. `passphrase`: in any HSM for
 * whoever knows the passphrase (argon2id). `shares`: in any HSM for so many of those who each hold a share of its secret.
 */
export type BackupProtection = 'hardware' | 'passphrase' | 'shares';

export interface BackupHeader {
  readonly format: 1;
  readonly protection: BackupProtection;
  /** As the control plane named it; empty for an export. */
  readonly backupId: string;
  readonly clusterId: string;
  readonly hsmId: string;
  readonly mode: 'FIPS' | 'NON_FIPS';
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** PEM: clusters that share it are related. */
  readonly clusterCertificate: string;
  /** Base64; makes the key of this one backup. */
  readonly salt: string;
  /** Of `shares`: who got one, and how many it takes. */
  readonly holders?: readonly string[];
  readonly threshold?: number;
  readonly userCount: number;
  /** Which token keys it holds: names only. */
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

/** What goes before the sealed contents. */
export function encodeBackupPrefix(header: BackupHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  return Buffer.concat([MAGIC, length, json]);
}

/** Undefined if it is no backup of a known format. That it is whole and untouched only opening it shows. */
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
    // Whether an HSM wrote it is decided by opening the contents, to which it is bound.
    const header = JSON.parse(json.toString()) as BackupHeader;
    return header.format === 1 && typeof header.salt === 'string' && Array.isArray(header.keys)
      ? header
      : undefined;
  } catch {
    return undefined;
  }
}
