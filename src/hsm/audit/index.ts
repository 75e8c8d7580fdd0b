/**
 * hsm/audit: the HSM's own append-only, hash-chained log of what it was told to manage. It must not know secrets: only
 * names, handles and outcomes. Begin at `audit.ts`.
 */
export { Audit, type NewAuditEntry, type CheckpointSigner, type Opcode } from './audit.ts';
