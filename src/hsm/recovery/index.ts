/**
 * hsm/recovery: the recovery key of the cluster, its holders and their shares. It must not know
 * backups. Begin at `recovery.ts`.
 */
export { isRecoveryRecord, Recovery, type RecoverySet } from './recovery.ts';
export { describeHolder, issueRecovery } from './issue.ts';
export { joinRecoveryKey } from './recovery-key.ts';
