import { equalBytes } from '../../crypto/index.ts';
import { checkSignatures } from '../quorum/index.ts';
import type { ReplicaRecord } from '../replication/index.ts';
import { Users, type User } from '../users/index.ts';
import { HsmError, type Approval } from '../wire/index.ts';

/**
 * Throws `HsmError` unless a restore is approved as the backup itself requires. `expected` is the
 * approval data of the restore token, or undefined if there is no valid token.
 */
export function checkRestoreApproval(
  records: readonly ReplicaRecord[],
  approval: Approval | undefined,
  expected: Uint8Array | undefined,
): void {
  const required = requiredBy(records);
  if (required <= 1) return;
  if (!approval)
    throw new HsmError('quorum-required', 'Quorum approval is required for this operation');
  if (!expected || !equalBytes(expected, approval.approvalData)) {
    throw new HsmError(
      'quorum-failed',
      'Quorum Failed: the token is unknown, expired, used before, or for something else',
    );
  }
  checkSignatures(approval, {
    service: 'restore',
    required,
    find: (username) => userIn(records, username.toLowerCase()),
  });
}

function requiredBy(records: readonly ReplicaRecord[]): number {
  const setting = records.findLast(({ kind, id }) => kind === 'setting' && id === 'quorum/restore');
  return setting && !setting.deleted ? Number(setting.body) : 1;
}

function userIn(records: readonly ReplicaRecord[], username: string): User | undefined {
  const record = records.findLast(({ kind, id }) => kind === 'user' && id === username);
  // A record of this kind contains a user. An HSM wrote the backup.
  return record && !record.deleted
    ? {
        username,
        ...(record.body as Omit<User, 'username'>),
        disabled: Users.isDisabledIn(records, username),
      }
    : undefined;
}
