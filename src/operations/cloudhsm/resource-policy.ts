import { KmsError, parseBackupArn, type BackupRow } from '../../domain/index.ts';
import type { AuthorizedBackup, Target } from '../operation.ts';
import { amend, rowOf } from '../row-ref.ts';
import type { Services } from '../services.ts';
import { backupRef } from '../target-rows.ts';

/**
 * Returns the target for a backup's ARN. Only backups have resource policies, and only their owner
 * can access them.
 */
export function backupTarget(resourceArn: string | undefined): Extract<Target, { on: 'backup' }> {
  if (resourceArn !== undefined && parseBackupArn(resourceArn))
    return { on: 'backup', name: resourceArn };
  throw new KmsError('CloudHsmInvalidRequestException', 'ResourceArn must be the ARN of a backup.');
}

/** Changes the current row of a backup. Returns the row as it was before. */
export async function changePolicy(
  { store }: Services,
  target: AuthorizedBackup,
  change: (backup: BackupRow) => BackupRow,
): Promise<BackupRow> {
  const ref = backupRef(target);
  let before = rowOf(ref);
  await amend(store, ref, (backup) => {
    before = backup;
    if (backup.state !== 'READY') {
      throw new KmsError(
        'CloudHsmInvalidRequestException',
        `Backup '${backup.backupId}' must be READY to have its resource policy changed.`,
      );
    }
    return change(backup);
  });
  return before;
}
