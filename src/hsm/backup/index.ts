/**
 * hsm/backup: the whole state of a cluster in one sealed, signed file, and its restoration into an
 * HSM without state. It must not know who requests a backup, or where files are kept. Begin at
 * `backup.ts` and `open-backup.ts`. The file format is in `wire/backup-file.ts`.
 */
export { createBackup } from './backup.ts';
export { checkBackup, openForRestore } from './open-backup.ts';
export { restore } from './restore.ts';
export { checkRestoreApproval } from './restore-quorum.ts';
export { readBackupFile } from './seal.ts';
