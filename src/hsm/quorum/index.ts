/**
 * hsm/quorum: how many approvers an operation needs, the tokens that they sign, and the
 * verification of their signatures. It must not know the commands that it guards. Begin at
 * `quorum.ts`.
 */
export { approvalDataOf } from './approval-data.ts';
export { Quorum, TOKEN_LIFETIME_MS, type Token } from './quorum.ts';
export { approvers, checkSignatures, servicesApprovedBy } from './signatures.ts';
