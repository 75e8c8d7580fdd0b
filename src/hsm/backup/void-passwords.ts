import type { ReplicaRecord } from '../replication/index.ts';
import type { User } from '../users/index.ts';

/**
 * Returns the records of a backup without the passwords of crypto users and auditors. A password
 * in a backup may have been changed or revoked later, so a restore must not make it valid again.
 * Admins keep theirs: one of them has to log in and set the new passwords.
 */
export function voidPasswords(records: readonly ReplicaRecord[]): ReplicaRecord[] {
  return records.map((record) => {
    if (record.kind !== 'user' || record.deleted) return record;
    // A record of this kind contains a user. An HSM wrote the backup.
    const { password, ...body } = record.body as Omit<User, 'username'>;
    return body.role !== 'admin' && password !== undefined ? { ...record, body } : record;
  });
}
