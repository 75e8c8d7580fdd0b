/**
 * hsm/replication: keeps the HSMs of a cluster in sync. Versioned records merge in any order to the
 * same state; links between HSMs carry them. It must not know what records mean. Begin at
 * `record.ts` and `merge.ts`.
 */
export type { PeerMembership, Standing } from './peer-greeting.ts';
export type { Admission } from './peer-protocol.ts';
export type { Change, RecordName, ReplicaRecord } from './record.ts';
export { isPeerOperation, PeerService } from './peer-service.ts';
export { Peers } from './peers.ts';
export { Replica } from './replica.ts';
