import { KmsError, parseBackupArn, type BackupRow, type Scope } from '../../domain/index.ts';
import type { AuthorizedBackup, Target } from '../operation.ts';
import type { Services } from '../services.ts';
import { requireBackup } from './require-backup.ts';

/**
 * Returns the target for a backup's ARN. Only backups have resource policies, and only their owner
 * can access them.
 */
export function backupTarget(resourceArn: string | undefined): Extract<Target, { on: 'backup' }> {
  const place = resourceArn === undefined ? undefined : parseBackupArn(resourceArn);
  if (place) return { on: 'backup', backupId: place.backupId };
  throw new KmsError('CloudHsmInvalidRequestException', 'ResourceArn must be the ARN of a backup.');
}

/** Changes the current row of a backup, if the request's ARN belongs to this account and Region. */
export async function changePolicy(
  { store }: Services,
  {
    backup: target,
    resourceArn,
  }: { readonly backup: AuthorizedBackup; readonly resourceArn: string | undefined },
  change: (backup: BackupRow) => BackupRow,
): Promise<BackupRow> {
  const { account, region, backupId } = ownBackup(target, resourceArn);
  return store.transact(async (transaction) => {
    const backup = await transaction.get('backups', account, region, backupId);
    if (backup?.state !== 'READY') {
      throw new KmsError(
        'CloudHsmInvalidRequestException',
        `Backup '${backupId}' must be READY to have its resource policy changed.`,
      );
    }
    await transaction.put('backups', change(backup));
    return backup;
  });
}

export function ownBackup(target: AuthorizedBackup, resourceArn: string | undefined): BackupRow {
  const place: Scope | undefined = parseBackupArn(resourceArn ?? '');
  if (place?.account === target.scope.account && place.region === target.scope.region)
    return requireBackup(target);
  throw new KmsError(
    'CloudHsmResourceNotFoundException',
    `Resource '${resourceArn}' was not found.`,
  );
}
