import type { NewAuditEntry, Opcode } from '../audit/index.ts';
import {
  checkBackup,
  checkRestoreApproval,
  createBackup,
  openForRestore,
  restore,
} from '../backup/index.ts';
import { sha256 } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { approvalDataOf, TOKEN_LIFETIME_MS } from '../quorum/index.ts';
import { checkPermit } from '../restore-permit.ts';
import { readPiece } from '../upload.ts';
import type { Session } from '../users/index.ts';
import {
  HsmError,
  MAX_RECOVERY_HOLDERS,
  type BackupSummary,
  type BackupUnlock,
  type CommandInput,
  type CommandOutput,
  type QuorumToken,
} from '../wire/index.ts';
import { approval } from './approve.ts';
import { ADMIN, entryOf, type CommandsOf, type HsmClient } from './command.ts';
import { bytes, fields, integer, list, optional, text } from './input.ts';

type Empty = Readonly<Record<string, never>>;

/** Long enough to make guessing infeasible. */
const MIN_PASSPHRASE_LENGTH = 12;
const passphrase = optional(text(1_024));
const shares = optional(list(bytes, MAX_RECOVERY_HOLDERS));
const permit = optional(bytes);
const offset = integer(0, Number.MAX_SAFE_INTEGER);

type Names =
  | 'exportBackup'
  | 'readBackup'
  | 'writeBackup'
  | 'checkBackup'
  | 'restoreBackup'
  | 'generateRestoreToken';

/**
 * Backups that the cluster's owner keeps, sealed under the recovery key. Backups of the control
 * plane are in control/.
 */
export const backupCommands: CommandsOf<Names> = {
  exportBackup: {
    by: ADMIN,
    opcode: 'CN_BACKUP_BEGIN',
    quorum: (_hsm, _session, { approval }) => ({ service: 'backup', approval }),
    input: fields<CommandInput<'exportBackup'>>({ passphrase, approval }),
    run: exportBackup,
  },
  readBackup: { by: ADMIN, input: fields<CommandInput<'readBackup'>>({ offset }), run: readBackup },
  writeBackup: {
    by: 'anyone',
    during: ['uninitialized', 'active'],
    input: fields<CommandInput<'writeBackup'>>({ offset, bytes, permit }),
    run: (hsm, client, { offset, bytes, permit }) => {
      if (hsm.lifecycle === 'active') refuseUnlessAdmin(client);
      else checkPermit(hsm, permit);
      hsm.upload.write(offset, bytes);
      return {};
    },
  },
  checkBackup: {
    by: ADMIN,
    input: fields<BackupUnlock>({ shares, passphrase }),
    run: (hsm, _session, unlock): Promise<BackupSummary> =>
      checkBackup(hsm, hsm.upload.take(), unlock),
  },
  restoreBackup: {
    by: 'anyone',
    during: ['uninitialized'],
    input: fields<CommandInput<'restoreBackup'>>({ shares, passphrase, permit, approval }),
    run: (hsm, _client, input) => {
      checkPermit(hsm, input.permit);
      return hsm.passwordQueue.run('restore', () => restoreBackup(hsm, input));
    },
  },
  generateRestoreToken: {
    by: 'anyone',
    during: ['uninitialized'],
    input: fields<CommandInput<'generateRestoreToken'>>({ permit }),
    run: (hsm, _client, { permit }) => {
      checkPermit(hsm, permit);
      return generateRestoreToken(hsm);
    },
  },
};

async function exportBackup(
  hsm: Hsm,
  session: Session,
  { passphrase }: CommandInput<'exportBackup'>,
): Promise<CommandOutput<'exportBackup'>> {
  if (passphrase !== undefined && passphrase.length < MIN_PASSPHRASE_LENGTH)
    throw new HsmError(
      'invalid-argument',
      `the passphrase must have at least ${MIN_PASSPHRASE_LENGTH} characters`,
    );
  const by = (opcode: Opcode, detail: string): NewAuditEntry =>
    entryOf(session, opcode, { detail });
  const file = await createBackup(hsm, { passphrase }, by);
  session.exportedBackup = file;
  return { size: file.length };
}

function readBackup(
  _hsm: Hsm,
  session: Session,
  { offset }: CommandInput<'readBackup'>,
): { readonly bytes: Uint8Array } {
  const file = session.exportedBackup;
  if (!file) throw new HsmError('invalid-argument', 'this session has not exported a backup');
  return { bytes: readPiece(file, offset) };
}

function generateRestoreToken(hsm: Hsm): QuorumToken {
  const createdAt = hsm.clock.now();
  const approvalData = approvalDataOf({ service: 'restore', username: '', createdAt });
  const token = {
    approvalData,
    token: sha256(approvalData),
    expiresAt: createdAt + TOKEN_LIFETIME_MS,
  };
  hsm.restoreToken = token;
  return token;
}

async function restoreBackup(
  hsm: Hsm,
  { approval, permit, ...unlock }: CommandInput<'restoreBackup'>,
): Promise<Empty> {
  const { sourceRoots } = checkPermit(hsm, permit);
  const opened = await openForRestore(hsm, hsm.upload.take(), unlock, sourceRoots);
  const token = hsm.restoreToken;
  const expected = token && hsm.clock.now() <= token.expiresAt ? token.approvalData : undefined;
  checkRestoreApproval(opened.contents.records, approval, expected);
  hsm.restoreToken = undefined;
  hsm.restorePermit = undefined;
  restore(hsm, opened);
  return {};
}

function refuseUnlessAdmin({ session }: HsmClient): void {
  if (session?.role !== 'admin')
    throw new HsmError(session ? 'not-permitted' : 'not-logged-in', 'log in as an admin first');
}
