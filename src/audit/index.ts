/**
 * audit: CloudTrail-shaped events (`cloud-trail-event.ts`) and the append-only file that they are kept in
 * (`audit-trail.ts`). It must not know operations or stores. Begin at `audit-trail.ts`: what it promises of an event.
 */
export { AuditQueueFullError, openAuditTrail, type AuditTrail, type AuditTrailOptions } from './audit-trail.ts';
export { cloudTrailEvent, cloudTrailServiceEvent } from './cloud-trail-event.ts';
export type { ApiCall, AuditEvent, AuditResource, EventSource, ServiceEvent } from './event.ts';
