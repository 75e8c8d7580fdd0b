import { backupArn, parseBackupArn, type BackupRow, type Principal } from '../../domain/index.ts';
import {
  callerIdentity,
  compilePolicy,
  noContext,
  parsePolicy,
  type CompiledPolicy,
} from '../../policy/index.ts';
import type { Target } from '../operation.ts';
import type { LookupContext, ResolvedBackup } from '../resolved-target.ts';
import type { Services } from '../services.ts';

/**
 * Finds a backup by ID or ARN. A backup that the caller's account neither owns nor shares is
 * indistinguishable from one that does not exist.
 */
export async function findBackup(
  { store }: Pick<Services, 'store'>,
  { caller, scope, action }: LookupContext,
  { name, shared }: Extract<Target, { on: 'backup' }>,
): Promise<ResolvedBackup> {
  const isArn = name.startsWith('arn:');
  const place = isArn ? parseBackupArn(name) : { ...scope, backupId: name };
  const row =
    place?.region === scope.region
      ? await store.read((reader) =>
          reader.get('backups', place.account, place.region, place.backupId),
        )
      : undefined;
  const backupId = place?.backupId ?? name;
  const own = row?.account === scope.account;
  if (row && (!isArn || backupArn(row, backupId) === name)) {
    const arn = backupArn(row, backupId);
    if (own) return { kind: 'backup', backupId, name, backup: row, scope, arn };
    if (shared && isShared(row, caller, action)) {
      const { account, region } = row;
      const policy = policyOf(row);
      return {
        kind: 'backup',
        backupId,
        name,
        backup: row,
        scope: { account, region },
        arn,
        ...(policy && { policy }),
      };
    }
  }
  const arn = isArn ? name : backupArn(scope, backupId);
  return { kind: 'backup', backupId, name, backup: undefined, scope, arn };
}

/**
 * Returns whether the backup's resource policy allows the action to a principal of another account.
 */
export function isShared(backup: BackupRow, caller: Principal, action: string): boolean {
  const asked = {
    caller: callerIdentity(caller),
    action: action.toLowerCase(),
    resourceArn: backupArn(backup, backup.backupId),
    context: noContext,
    bounded: false,
  };
  return policyOf(backup)?.verdict(asked)?.effect === 'allow';
}

function policyOf({ policy }: BackupRow): CompiledPolicy | undefined {
  return policy === undefined ? undefined : compilePolicy(parsePolicy(policy));
}
