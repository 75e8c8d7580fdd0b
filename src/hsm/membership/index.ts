/**
 * hsm/membership: the list of the HSMs that belong to the cluster. Each is known by its hardware
 * key, which no backup holds. An HSM becomes a member by the signed statement of another one, and
 * in a guarded cluster only after its admins have admitted it. It must not know users, sockets or
 * links. Begin at `membership.ts`.
 */
export { Membership, type Candidate } from './membership.ts';
export { membershipAfterRestore } from './restore.ts';
