/**
 * hsm/replication: keeps the HSMs of a cluster equal: versioned records that merge in any order to the same state, and
 * the links on which HSMs hand them to each other. It must not know what records mean. Begin at `record.ts` and `merge.ts`.
 */
export type { Change, RecordKind, ReplicaRecord } from './record.ts';
export { isPeerOperation, PeerService } from './peer-service.ts';
export { Peers } from './peers.ts';
export { Replica } from './replica.ts';
