import { equalBytes } from '../../crypto/index.ts';
import { checkSignatures } from '../quorum/index.ts';
import type { ReplicaRecord } from '../replication/index.ts';
import type { User } from '../users/index.ts';
import { HsmError, type Approval } from '../wire/index.ts';

/**
 * Whether those who, by the backup itself, have to approve its restoration did so. Throws `HsmError` if not. `expected` is
 * what they were to sign; undefined if nothing is left to be signed.
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
  // A record of this kind holds a user; the backup is what an HSM wrote.
  return record && !record.deleted
    ? { username, ...(record.body as Omit<User, 'username'>) }
    : undefined;
}
