/**
 * hsm/backup: the whole state of a cluster in one sealed file, and back into an HSM that has none. It must not know who
 * asks for it, or where files are kept. Begin at `backup.ts`; the file's form is in `wire/backup-file.ts`.
 */
export { checkBackup, createBackup, openForRestore, restore } from './backup.ts';
export { checkRestoreApproval } from './restore-quorum.ts';
export { backupSecretOf, shareSecret } from './shares.ts';
