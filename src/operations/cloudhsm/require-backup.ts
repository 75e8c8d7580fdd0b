import type { BackupRow } from '../../domain/index.ts';
import type { AuthorizedBackup } from '../operation.ts';
import { rowOf } from '../row-ref.ts';
import { backupRef } from '../target-rows.ts';

/**
 * Returns the backup that the request names.
 * @throws KmsError CloudHsmResourceNotFoundException
 */
export function requireBackup(target: AuthorizedBackup): BackupRow {
  return rowOf(backupRef(target));
}
