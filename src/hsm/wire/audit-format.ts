/**
 * How an HSM's audit log is hashed, signed and exported. An export is one JSON object per line: for each HSM an
 * `AuditIdentity` with `format`, then its records from the first on, each with its `hsmId`.
 */
import type { AuditRecord } from './commands.ts';

export const AUDIT_FORMAT = 'keyhold-audit-1';

/** The opcode of the records in which the HSM vouches, with its hardware key, for all records before; `detail` is the signature in base64. */
export const CHECKPOINT = 'KH_CHECKPOINT';

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
export function auditFields(record: Omit<AuditRecord, 'hash'>): (string | number | undefined)[] {
  const { sequence, time, opcode, response, session, username, role, keyHandle, detail } = record;
  return [sequence, time, opcode, response, session, username, role, keyHandle, detail];
}

/** What a checkpoint is signed for: the log of this HSM and no other. */
export function checkpointPurpose(hsmId: string): string {
  return `keyhold audit checkpoint of ${hsmId}`;
}
