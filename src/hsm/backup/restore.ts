import type { Hsm } from '../hsm.ts';
import { readClusterIdentity } from '../identity/index.ts';
import { membershipAfterRestore } from '../membership/index.ts';
import { Recovery } from '../recovery/index.ts';
import { HsmError } from '../wire/index.ts';
import type { OpenedBackup } from './open-backup.ts';
import { voidPasswords } from './void-passwords.ts';

/**
 * Restores a backup. The HSM keeps its own cluster ID. The certificate relates its cluster to the
 * backed-up one. Crypto users have no password until an admin sets one.
 */
export function restore(hsm: Hsm, { header, contents, recovery }: OpenedBackup): void {
  // Checked again, because opening a backup takes time.
  if (hsm.lifecycle !== 'uninitialized')
    throw new HsmError('wrong-lifecycle', 'this HSM already belongs to a cluster');
  // An operator who also is the manufacturer can have signed them.
  const facts = readClusterIdentity(contents.facts);
  const { hsmId, clusterId } = hsm.identity.state;
  const detail = `${header.protection} ${header.backupId} of ${header.clusterId}`;
  const own = { hsmId, clusterId, hardwareKeys: hsm.identity.hardwareKeys };
  const records = [
    ...membershipAfterRestore(voidPasswords(contents.records), own, hsm.place),
    ...(recovery ? [Recovery.restoredRecord(recovery, hsmId)] : []),
  ];
  let takeEffect: (() => void) | undefined;
  // All or nothing: an HSM must never have the users of one cluster and the certificate of another.
  hsm.replica.receive(records, () => {
    hsm.audit.append({ opcode: 'CN_RESTORE_BEGIN', detail });
    takeEffect = hsm.identity.write({
      ...facts,
      guarded: header.guarded === true,
      synchronized: true,
    });
    hsm.audit.append({ opcode: 'CN_RESTORE_END', detail });
  });
  takeEffect?.();
  hsm.peers.unlock(facts.maskingKey);
  hsm.upload.discard();
  hsm.changed();
}
