import {
  backupArn,
  KmsError,
  parseBackupArn,
  type BackupRow,
  type Principal,
  type Scope,
} from '../../domain/index.ts';
import { callerIdentity, compilePolicy, noContext, parsePolicy } from '../../policy/index.ts';
import type { Services } from '../services.ts';

/**
 * Returns a backup by ID, or by ARN if it is a backup of another account that shares it in its
 * resource policy.
 */
export async function usableBackup(
  { store }: Services,
  caller: Principal,
  scope: Scope,
  name: string,
): Promise<BackupRow> {
  const place = name.startsWith('arn:') ? parseBackupArn(name) : { ...scope, backupId: name };
  const backup =
    place &&
    (await store.read((reader) =>
      reader.get('backups', place.account, place.region, place.backupId),
    ));
  // A backup that is not shared must be indistinguishable from one that does not exist.
  if (
    backup?.region === scope.region &&
    (backup.account === scope.account || isShared(backup, caller, 'cloudhsm:CreateCluster'))
  )
    return backup;
  throw new KmsError('CloudHsmResourceNotFoundException', `Backup '${name}' was not found.`);
}

/**
 * Returns whether the backup's resource policy allows the action to a principal of another account.
 */
export function isShared(backup: BackupRow, caller: Principal, action: string): boolean {
  if (backup.policy === undefined) return false;
  const asked = {
    caller: callerIdentity(caller),
    action: action.toLowerCase(),
    resourceArn: backupArn(backup, backup.backupId),
    context: noContext,
    bounded: false,
  };
  return compilePolicy(parsePolicy(backup.policy)).verdict(asked)?.effect === 'allow';
}
