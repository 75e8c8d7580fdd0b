/**
 * Format of a backup file: 8 bytes `KEYHOLDB`, the 4-byte big-endian length of the header, the
 * header in JSON, and the sealed contents. The seal covers all bytes before it. The header can be
 * read without the secret. The sealed part is a MessagePack map of the contents and the signature
 * of the HSM that wrote them (`hsm/backup/signature.ts`).
 */
import type { RecoveryInfo } from './recovery.ts';

/**
 * `hardware`: opens in genuine HSMs of the same manufacturer and operator, so the operator is
 * trusted. `recovery`: opens only with the cluster's recovery key.
 */
export type BackupProtection = 'hardware' | 'recovery';

export interface BackupHeader {
  readonly format: 2;
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
  /** True for a guarded cluster. The restored cluster is guarded, too. */
  readonly guarded?: boolean;
  /** With `recovery`: the recovery key that opens the backup. */
  readonly recovery?: RecoveryInfo;
  /** True if a passphrase is needed in addition to the recovery key. */
  readonly passphrase?: boolean;
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
    return header.format === 2 && typeof header.salt === 'string' && Array.isArray(header.keys)
      ? header
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns whether the bytes are a backup of an earlier version of Keyhold, which did not sign
 * backups. No HSM opens them.
 */
export function isUnsignedBackup(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return start.startsWith(MAGIC.toString()) && start.includes('{"format":1,');
}
