import type { NewAuditEntry, Opcode } from '../audit/index.ts';
import { randomBytes } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import type { RecoverySet } from '../recovery/index.ts';
import { encodeBackupPrefix, HsmError, type BackupHeader } from '../wire/index.ts';
import { gatherRecords, packContents } from './contents.ts';
import { sealBackup, type BackupSecret } from './seal.ts';
import { signContents } from './signature.ts';

const SALT_BYTES = 16;

/** Returns the audit entry with the initiator of the backup. */
type DescribeEntry = (opcode: Opcode, detail: string) => NewAuditEntry;

/** Reason for a backup, and its protection. */
export type BackupOrder =
  /** For the control plane. */
  | { readonly backupId: string }
  /** For the cluster's owner: an export. */
  | { readonly passphrase: string | undefined };

/** Creates a backup of the whole cluster, as this HSM holds it. */
export async function createBackup(
  hsm: Hsm,
  order: BackupOrder,
  by: DescribeEntry,
): Promise<Buffer> {
  const { clusterKey, maskingKey, clusterCertificate, trustAnchor } = hsm.identity.state;
  if (hsm.lifecycle !== 'active' || !hsm.synchronized)
    throw new HsmError('wrong-lifecycle', 'only an active, synchronized HSM can be backed up');
  if (!clusterKey || !maskingKey || !clusterCertificate || !trustAnchor)
    throw new HsmError('wrong-lifecycle');
  const { secret, marks } = protectionFor(hsm, order);
  const backupId = 'backupId' in order ? order.backupId : '';
  const what = `${marks.protection} ${marks.recovery?.keyId ?? ''} ${backupId}`
    .replace(/ +/g, ' ')
    .trim();
  hsm.audit.note(by('CN_BACKUP_BEGIN', what));
  const facts = { clusterKey, maskingKey, clusterCertificate, trustAnchor };
  const contents = packContents({ facts, records: await gatherRecords(hsm.replica) });
  await hsm.keys.imported();
  const header: BackupHeader = { ...headerOf(hsm), backupId, ...marks };
  const signed = signContents(hsm.identity, encodeBackupPrefix(header), contents);
  contents.fill(0);
  const file = await sealBackup(header, signed, secret);
  signed.fill(0);
  hsm.audit.note(by('CN_BACKUP_END', what));
  return file;
}

interface Protection {
  readonly secret: BackupSecret;
  readonly marks: Pick<BackupHeader, 'protection' | 'guarded' | 'recovery' | 'passphrase'>;
}

/**
 * Backups of the control plane open in the installation's hardware, unless the cluster is guarded.
 * Everything else opens only with the recovery key.
 */
function protectionFor(hsm: Hsm, order: BackupOrder): Protection {
  const guarded = hsm.identity.state.guarded === true;
  if ('backupId' in order && !guarded)
    return { secret: { hardware: backupKeysOf(hsm) }, marks: { protection: 'hardware' } };
  const { set } = hsm.recovery;
  if (!set)
    throw new HsmError(
      'wrong-lifecycle',
      'the cluster has no recovery holders: appoint them with `keyhold hsm cluster recovery reissue`',
    );
  const passphrase = 'passphrase' in order ? order.passphrase : undefined;
  return {
    secret: { recovery: set.key, passphrase },
    marks: {
      protection: 'recovery',
      recovery: publicPart(set),
      ...(guarded && { guarded }),
      ...(passphrase !== undefined && { passphrase: true }),
    },
  };
}

function publicPart({
  keyId,
  threshold,
  holders,
}: RecoverySet): NonNullable<BackupHeader['recovery']> {
  return { keyId, threshold, holders };
}

/** This hardware's parts of the key that seals backups of ordinary clusters. */
export function backupKeysOf({
  identity,
}: Hsm): NonNullable<Hsm['identity']['state']['backupKeys']> {
  const { backupKeys } = identity.state;
  if (!backupKeys) throw new HsmError('wrong-lifecycle', 'this hardware has no backup keys');
  return backupKeys;
}

function headerOf(hsm: Hsm): Omit<BackupHeader, 'protection' | 'backupId'> {
  const { hsmId, clusterId, mode, clusterCertificate = '' } = hsm.identity.state;
  return {
    format: 2,
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
