import type { NewAuditEntry, Opcode } from '../audit/index.ts';
import { randomBytes } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { membershipAfterRestore } from '../membership/index.ts';
import { HsmError, type BackupHeader, type BackupSummary } from '../wire/index.ts';
import { gatherRecords, packContents, unpackContents, type BackupContents } from './contents.ts';
import { openBackup, protectionOf, sealBackup, type BackupSecret } from './seal.ts';

const SALT_BYTES = 16;

/** Returns the audit entry with the initiator of the backup. */
type DescribeEntry = (opcode: Opcode, detail: string) => NewAuditEntry;

/** Additional header members, depending on who creates the backup. */
type ExportHeader = Partial<Pick<BackupHeader, 'backupId' | 'holders' | 'threshold'>>;

/** Creates a backup of the whole cluster, as this HSM holds it. */
export async function createBackup(
  hsm: Hsm,
  secret: BackupSecret,
  more: ExportHeader,
  by: DescribeEntry,
): Promise<Buffer> {
  const { clusterKey, maskingKey, clusterCertificate, trustAnchor } = hsm.identity.state;
  if (hsm.lifecycle !== 'active' || !hsm.synchronized)
    throw new HsmError('wrong-lifecycle', 'only an active, synchronized HSM can be backed up');
  if (!clusterKey || !maskingKey || !clusterCertificate || !trustAnchor)
    throw new HsmError('wrong-lifecycle');
  const what = `${protectionOf(secret)} ${more.backupId ?? ''}`.trim();
  hsm.audit.note(by('CN_BACKUP_BEGIN', what));
  const facts = { clusterKey, maskingKey, clusterCertificate, trustAnchor };
  const contents = packContents({ facts, records: await gatherRecords(hsm.replica) });
  await hsm.keys.imported();
  const file = await sealBackup(
    { ...headerOf(hsm, protectionOf(secret)), ...more },
    contents,
    secret,
  );
  contents.fill(0);
  hsm.audit.note(by('CN_BACKUP_END', what));
  return file;
}

function headerOf(hsm: Hsm, protection: BackupHeader['protection']): BackupHeader {
  const { hsmId, clusterId, mode, clusterCertificate = '' } = hsm.identity.state;
  return {
    format: 1,
    protection,
    backupId: '',
    clusterId,
    hsmId,
    mode,
    createdAt: hsm.clock.now(),
    clusterCertificate,
    salt: randomBytes(SALT_BYTES).toString('base64'),
    userCount: hsm.users.size,
    keys: hsm.keys
      .all()
      .map(({ handle, owner, changeable: { label, id } }) => ({ handle, label, id, owner })),
  };
}

/** Opens a backup, which proves that it is intact, and describes its contents. */
export async function checkBackup(
  hsm: Hsm,
  file: Uint8Array,
  secret: BackupSecret,
): Promise<BackupSummary> {
  const { header, contents } = await openBackup(file, secret);
  const { records } = unpackContents(contents);
  contents.fill(0);
  const { backupId, clusterId, createdAt, userCount, keys } = header;
  const related = header.clusterCertificate === hsm.identity.state.clusterCertificate;
  return {
    backupId,
    clusterId,
    createdAt,
    userCount,
    keyCount: keys.length,
    recordCount: records.length,
    related,
  };
}

/** Opens a backup that can be restored here: this HSM must not belong to a cluster yet. */
export async function openForRestore(
  hsm: Hsm,
  file: Uint8Array,
  secret: BackupSecret,
): Promise<{ header: BackupHeader; contents: BackupContents }> {
  if (hsm.lifecycle !== 'uninitialized')
    throw new HsmError(
      'wrong-lifecycle',
      'a backup can be restored only into an HSM that does not belong to a cluster',
    );
  const { header, contents } = await openBackup(file, secret);
  const { mode } = hsm.identity.state;
  if (header.mode !== mode)
    throw new HsmError(
      'invalid-argument',
      `a ${header.mode} backup cannot be restored into a ${mode} HSM`,
    );
  return { header, contents: unpackContents(contents) };
}

/**
 * Restores a backup. The HSM keeps its own cluster ID. The certificate relates its cluster to the
 * backed-up one.
 */
export function restore(hsm: Hsm, header: BackupHeader, { facts, records }: BackupContents): void {
  // Checked again, because opening a backup takes time.
  if (hsm.lifecycle !== 'uninitialized')
    throw new HsmError('wrong-lifecycle', 'this HSM already belongs to a cluster');
  const detail = `${header.protection} ${header.backupId} of ${header.clusterId}`;
  const { hsmId, clusterId } = hsm.identity.state;
  const own = { hsmId, clusterId, hardwareKeys: hsm.identity.hardwareKeys };
  let takeEffect: (() => void) | undefined;
  // All or nothing: an HSM must never have the users of one cluster and the certificate of another.
  hsm.replica.receive(membershipAfterRestore(records, own, hsm.place), () => {
    hsm.audit.append({ opcode: 'CN_RESTORE_BEGIN', detail });
    takeEffect = hsm.identity.write({ ...facts, synchronized: true });
    hsm.audit.append({ opcode: 'CN_RESTORE_END', detail });
  });
  takeEffect?.();
  hsm.peers.unlock(facts.maskingKey);
  hsm.changed();
}
