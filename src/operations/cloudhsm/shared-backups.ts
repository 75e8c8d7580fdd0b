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

/** A backup by its id, or by ARN if it is another account's that shares it by its resource policy. */
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
  // What is not shared must look like what is not there.
  if (
    backup?.region === scope.region &&
    (backup.account === scope.account || isShared(backup, caller, 'cloudhsm:CreateCluster'))
  )
    return backup;
  throw new KmsError('CloudHsmResourceNotFoundException', `Backup '${name}' was not found.`);
}

/** Whether the backup's resource policy lets a principal of another account do this. */
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
