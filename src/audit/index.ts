/**
 * audit: CloudTrail-shaped events (`cloud-trail-event.ts`) and the hash-chained trail that holds
 * them (`audit-trail.ts`): append-only files, signed checkpoints, search and verification. It must
 * not know operations or stores. Begin at `audit-trail.ts`: what it promises of an event.
 */
export {
  AuditBusyError,
  AuditQueueFullError,
  openAuditTrail,
  type AuditTrail,
  type AuditTrailOptions,
} from './audit-trail.ts';
export { cloudTrailEvent, cloudTrailServiceEvent } from './cloud-trail-event.ts';
export type { ApiCall, AuditEvent, AuditResource, EventSource, TlsDetails } from './event.ts';
export { LookupCursorError, type FoundEvent, type Lookup, type LookupCursor } from './lookup.ts';
export type { ChainHead } from './chain.ts';
export type { VouchedHead } from './checkpoints.ts';
export { startAuditUpkeep, type KeptHead } from './upkeep.ts';
export { summarizeRejectedRequests } from './rejected-requests.ts';
export { trailEvents } from './trail-events.ts';
export { verifyTrail, type TrailReport } from './verify.ts';
