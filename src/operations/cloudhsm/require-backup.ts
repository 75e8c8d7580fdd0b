import { KmsError, type BackupRow } from '../../domain/index.ts';
import type { AuthorizedBackup } from '../operation.ts';

/** The backup that the request names; CloudHSM's error if there is none. */
export function requireBackup({ backup, backupId }: AuthorizedBackup): BackupRow {
  if (backup) return backup;
  throw new KmsError('CloudHsmResourceNotFoundException', `Backup '${backupId}' was not found.`);
}
