import { hexId } from '../../base/index.ts';
import type { ReplicaRecord } from '../replication/index.ts';
import { putMember, type Admitter, type NewMember } from './member.ts';
import { isWaitingSetting } from './waiting.ts';

/**
 * Returns the records of a backup as they take effect in the HSM that it is restored into. That HSM
 * becomes the only member: it doesn't know the members of the backed-up cluster, which may be in
 * other hands, nor their requests to join.
 */
export function membershipAfterRestore(
  records: readonly ReplicaRecord[],
  own: Admitter,
  place: Pick<NewMember, 'host' | 'zone' | 'admittedAt'>,
): ReplicaRecord[] {
  const kept = records.filter(
    ({ kind, id }) => kind !== 'member' && !(kind === 'setting' && isWaitingSetting(id)),
  );
  const newest = records.reduce((most, { version: [counter] }) => Math.max(most, counter), 0);
  const { hsmId, hardwareKeys } = own;
  const member = putMember(own, { hsmId, publicKey: hardwareKeys.publicKey, ...place });
  return [
    ...kept,
    {
      ...member,
      body: member.body,
      // Higher than the versions of all records that the backup holds about this HSM's ID.
      version: [newest + 1, `${hsmId}.restore-${hexId(8)}`],
      deleted: false,
    },
  ];
}
