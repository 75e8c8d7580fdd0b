/**
 * Format of an HSM's audit log: how entries are hashed, signed and exported. An export is one JSON
 * object per line: for each HSM, an `AuditIdentity` with `format`, then all its entries, each with
 * its `hsmId`.
 */
import type { Role } from './roles.ts';

export const AUDIT_FORMAT = 'keyhold-audit-1';

/**
 * Opcode of checkpoints: entries in which the HSM signs all previous entries with its hardware key.
 * `detail` is the signature, in base64.
 */
export const CHECKPOINT = 'KH_CHECKPOINT';

/**
 * Opcode of entries that answer a verifier. `detail` is the verifier's nonce. A checkpoint that
 * follows was signed after the verifier chose the nonce. All entries before it are therefore there.
 */
export const AUDIT_NONCE = 'KH_AUDIT_NONCE';

export interface AuditEntry {
  /** Counts from 0 per HSM, without gaps. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** CloudHSM's opcode name, for example `CN_GENERATE_KEY`. */
  readonly opcode: string;
  /** `success`, or the error code. */
  readonly response: string;
  readonly session?: string;
  readonly username?: string;
  readonly role?: Role;
  readonly keyHandle?: string;
  readonly detail?: string;
  /** Hex SHA-256 of the previous entry's hash and this entry's other fields. */
  readonly hash: string;
}

/** The HSM that a log belongs to, and the proof that its signatures come from genuine hardware. */
export interface AuditIdentity {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly serialNumber: string;
  /** The hardware key and its certificates, in PEM. */
  readonly publicKey: string;
  readonly manufacturerHardwareCertificate?: string;
  readonly awsHardwareCertificate?: string;
}

/** Returns the fields of an entry that its hash covers, in this order. */
export function auditFields(record: Omit<AuditEntry, 'hash'>): (string | number | undefined)[] {
  const { sequence, time, opcode, response, session, username, role, keyHandle, detail } = record;
  return [sequence, time, opcode, response, session, username, role, keyHandle, detail];
}

/**
 * Returns the purpose of checkpoint signatures. It includes the HSM, so that a signature does not
 * fit another HSM's log.
 */
export function checkpointPurpose(hsmId: string): string {
  return `keyhold audit checkpoint of ${hsmId}`;
}
