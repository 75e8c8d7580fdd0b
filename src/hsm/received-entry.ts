import type { NewAuditEntry } from './audit/index.ts';
import type { ReplicaRecord } from './replication/index.ts';

/**
 * Returns the audit entry for a record that another HSM wrote. Returns undefined for records that
 * are not recorded, such as lockouts.
 */
export function receivedEntry({
  kind,
  id,
  deleted,
  version: [, writer],
}: ReplicaRecord): NewAuditEntry | undefined {
  const detail = `written by ${writer.split('.')[0]}`;
  if (kind === 'key')
    return {
      opcode: deleted ? 'CN_TOMBSTONE_OBJECT' : 'CN_INSERT_MASKED_OBJECT_USER',
      keyHandle: id,
      detail,
    };
  const [setting, username] = id.split('/');
  if (kind === 'setting' && setting === 'user-disabled')
    return {
      opcode: deleted ? 'KH_ENABLE_USER' : 'KH_DISABLE_USER',
      detail: `${username}, ${detail}`,
    };
  if (kind === 'setting' && setting === 'user-logout' && !deleted)
    return { opcode: 'KH_LOGOUT_USER', detail: `${username}, ${detail}` };
  if (kind === 'user')
    return { opcode: deleted ? 'CN_DELETE_USER' : 'KH_RECEIVE_USER', detail: `${id}, ${detail}` };
  if (kind === 'member')
    return {
      opcode: deleted ? 'KH_MEMBER_REMOVED' : 'KH_MEMBER_ADDED',
      detail: `${id}, ${detail}`,
    };
  return undefined;
}
