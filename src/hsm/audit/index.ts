/**
 * hsm/audit: the HSM's own append-only, hash-chained log of management operations. It must not know
 * secrets: only names, handles and outcomes. Nor does it know replication: `audit-policy.ts` and
 * `received-entry.ts`, one level up, join the two. Begin at `audit.ts`.
 */
export { FailedLogins } from './failed-logins.ts';
export { Audit, type NewAuditEntry, type Opcode } from './audit.ts';
