/**
 * hsm/backup: the whole state of a cluster in one sealed file, and its restoration into an HSM
 * without state. It must not know who requests a backup, or where files are kept. Begin at
 * `backup.ts`. The file format is in `wire/backup-file.ts`.
 */
export { checkBackup, createBackup, openForRestore, restore } from './backup.ts';
export { checkRestoreApproval } from './restore-quorum.ts';
export { backupSecretOf, shareSecret } from './shares.ts';
