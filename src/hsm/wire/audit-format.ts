/**
 * How an HSM's audit log is hashed, signed and exported. An export is one JSON object per line: for each HSM an
 * `AuditIdentity` with `format`, then its records from the first on, each with its `hsmId`.
 */
import type { Role } from './roles.ts';

export const AUDIT_FORMAT = 'keyhold-audit-1';

/** The opcode of the records in which the HSM vouches, with its hardware key, for all records before; `detail` is the signature in base64. */
export const CHECKPOINT = 'KH_CHECKPOINT';

export interface AuditEntry {
  /** From 0, without gaps, per HSM. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** CloudHSM's opcode name, e.g. `CN_GENERATE_KEY`. */
  readonly opcode: string;
  /** `success`, or the error's name. */
  readonly response: string;
  readonly session?: string;
  readonly username?: string;
  readonly role?: Role;
  readonly keyHandle?: string;
  readonly detail?: string;
  /** Hex SHA-256 over the previous record's hash and this record's other fields. */
  readonly hash: string;
}

/** Whose log it is, and what shows that its signatures are those of genuine hardware. */
export interface AuditIdentity {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly serialNumber: string;
  /** PEM of the hardware key, and the certificates for it. */
  readonly publicKey: string;
  readonly manufacturerHardwareCertificate?: string;
  readonly awsHardwareCertificate?: string;
}

/** What of a record is hashed, in this order. */
export function auditFields(record: Omit<AuditEntry, 'hash'>): (string | number | undefined)[] {
  const { sequence, time, opcode, response, session, username, role, keyHandle, detail } = record;
  return [sequence, time, opcode, response, session, username, role, keyHandle, detail];
}

/** What a checkpoint is signed for: the log of this HSM and no other. */
export function checkpointPurpose(hsmId: string): string {
  return `keyhold audit checkpoint of ${hsmId}`;
}
