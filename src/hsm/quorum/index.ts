/**
 * hsm/quorum: how many must approve what, the tokens that they sign, and whether their signatures are right. It must not
 * know the commands that it guards. Begin at `quorum.ts`.
 */
export { approvalDataOf, type Approved } from './approval-data.ts';
export { Quorum, TOKEN_LIFETIME_MS, type Token } from './quorum.ts';
export { approvers, checkSignatures } from './signatures.ts';
