import { KmsError, type BackupRow } from '../../domain/index.ts';
import type { AuthorizedBackup } from '../operation.ts';

/** Returns the backup that the request names. @throws KmsError CloudHsmResourceNotFoundException */
export function requireBackup({ backup, backupId }: AuthorizedBackup): BackupRow {
  if (backup) return backup;
  throw new KmsError('CloudHsmResourceNotFoundException', `Backup '${backupId}' was not found.`);
}
