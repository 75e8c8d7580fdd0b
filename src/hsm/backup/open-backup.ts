import type { Hsm } from '../hsm.ts';
import { joinRecoveryKey, type RecoverySet } from '../recovery/index.ts';
import {
  HsmError,
  type BackupHeader,
  type BackupSummary,
  type BackupUnlock,
} from '../wire/index.ts';
import { backupKeysOf } from './backup.ts';
import { unpackContents, type BackupContents } from './contents.ts';
import { openBackup, readBackupFile, type BackupSecret } from './seal.ts';
import { verifyContents } from './signature.ts';

/** A backup that this HSM has opened and verified. */
export interface OpenedBackup {
  readonly header: BackupHeader;
  readonly contents: BackupContents;
  /** The recovery key that opened it. Undefined for a hardware backup. */
  readonly recovery: RecoverySet | undefined;
}

/** Opens a backup, which proves that it is intact, and describes its contents. */
export async function checkBackup(
  hsm: Hsm,
  file: Uint8Array,
  unlock: BackupUnlock,
): Promise<BackupSummary> {
  const { header, contents } = await openWith(hsm, file, unlock, []);
  const { backupId, clusterId, createdAt, userCount, keys } = header;
  const related = header.clusterCertificate === hsm.identity.state.clusterCertificate;
  return {
    backupId,
    clusterId,
    createdAt,
    userCount,
    keyCount: keys.length,
    recordCount: contents.records.length,
    related,
  };
}

/**
 * Opens a backup that can be restored here: this HSM must not belong to a cluster yet. `roots` are
 * further manufacturer roots (PEM) whose HSMs may have written it.
 */
export async function openForRestore(
  hsm: Hsm,
  file: Uint8Array,
  unlock: BackupUnlock,
  roots: readonly string[],
): Promise<OpenedBackup> {
  if (hsm.lifecycle !== 'uninitialized')
    throw new HsmError(
      'wrong-lifecycle',
      'a backup can be restored only into an HSM that does not belong to a cluster',
    );
  const opened = await openWith(hsm, file, unlock, roots);
  const { mode } = hsm.identity.state;
  if (opened.header.mode !== mode)
    throw new HsmError(
      'invalid-argument',
      `a ${opened.header.mode} backup cannot be restored into a ${mode} HSM`,
    );
  return opened;
}

async function openWith(
  hsm: Hsm,
  bytes: Uint8Array,
  unlock: BackupUnlock,
  roots: readonly string[],
): Promise<OpenedBackup> {
  const file = readBackupFile(bytes);
  const { secret, recovery } = secretFor(hsm, file.header, unlock);
  const opened = await openBackup(file, secret);
  const { manufacturerRoot = '' } = hsm.identity.state;
  const contents = verifyContents(opened, file.prefix, [manufacturerRoot, ...roots]);
  return { header: file.header, contents: unpackContents(contents), recovery };
}

function secretFor(
  hsm: Hsm,
  { protection, recovery: info, passphrase: needed }: BackupHeader,
  { shares, passphrase }: BackupUnlock,
): { readonly secret: BackupSecret; readonly recovery: RecoverySet | undefined } {
  if (protection === 'hardware' || !info)
    return { secret: { hardware: backupKeysOf(hsm) }, recovery: undefined };
  if (needed === true && passphrase === undefined)
    throw new HsmError('backup-invalid', 'the backup needs its passphrase: pass --passphrase');
  const recovery = recoverySet(hsm, info, shares);
  return {
    secret: {
      recovery: recovery.key,
      ...(needed === true && { passphrase }),
    },
    recovery,
  };
}

/** The recovery key, joined from shares, or the one that this HSM holds. */
function recoverySet(
  { recovery: { set } }: Hsm,
  info: NonNullable<BackupHeader['recovery']>,
  shares: readonly Uint8Array[] | undefined,
): RecoverySet {
  if (!shares && set?.keyId === info.keyId) return set;
  if (!shares)
    throw new HsmError(
      'backup-invalid',
      `the backup needs ${info.threshold} decrypted recovery shares of key ${info.keyId}: pass --share for each`,
    );
  return { ...info, key: joinRecoveryKey(shares, info.keyId) };
}
