import { checkBackup, checkRestoreApproval, createBackup, openForRestore, pieceOf, restore } from '../backup/index.ts';
import { sha256 } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { approvalDataOf, TOKEN_LIFETIME } from '../quorum/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type BackupFacts, type CommandInput, type QuorumToken } from '../wire/index.ts';
import { approval } from './approve.ts';
import { ADMIN, entryOf, type Caller, type CommandsOf } from './command.ts';
import { bytes, fields, integer, nothing, text } from './input.ts';

type Empty = Readonly<Record<string, never>>;

/** Long enough that the file can't be opened by guessing. */
const SHORTEST_PASSPHRASE = 12;
const passphrase = text(1_024);
const offset = integer(0, Number.MAX_SAFE_INTEGER);

/** Exports that a session made and has not read to the end yet. */
const madeExports = new WeakMap<Session, Uint8Array>();

/** What those who must approve a restore are to sign. */
const restoreTokens = new WeakMap<Hsm, QuorumToken>();

type Names = 'exportBackup' | 'readBackup' | 'writeBackup' | 'checkBackup' | 'restoreBackup' | 'generateRestoreToken';

/** Backups in the owner's hands: sealed under his passphrase. The control plane's own are in control/. */
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
    input: fields<CommandInput<'writeBackup'>>({ offset, bytes }),
    run: (hsm, caller, { offset, bytes }) => {
      if (hsm.lifecycle === 'active') refuseUnlessAdmin(caller);
      hsm.upload.write(offset, bytes);
      return {};
    },
  },
  checkBackup: {
    by: ADMIN,
    input: fields<CommandInput<'checkBackup'>>({ passphrase }),
    run: (hsm, _session, { passphrase }): Promise<BackupFacts> => checkBackup(hsm, hsm.upload.take(), { passphrase }),
  },
  restoreBackup: {
    by: 'anyone',
    during: ['uninitialized'],
    input: fields<CommandInput<'restoreBackup'>>({ passphrase, approval }),
    run: (hsm, _caller, input) => hsm.turns.take('restore', () => restoreBackup(hsm, input)),
  },
  generateRestoreToken: { by: 'anyone', during: ['uninitialized'], input: nothing, run: generateRestoreToken },
};

async function exportBackup(hsm: Hsm, session: Session, { passphrase }: CommandInput<'exportBackup'>): Promise<{ readonly size: number }> {
  if (passphrase.length < SHORTEST_PASSPHRASE) {
    throw new HsmError('invalid-argument', `the passphrase of a backup has at least ${SHORTEST_PASSPHRASE} characters`);
  }
  const file = await createBackup(hsm, '', { passphrase }, (opcode, detail) => entryOf(session, opcode, { detail }));
  madeExports.set(session, file);
  return { size: file.length };
}

function readBackup(_hsm: Hsm, session: Session, { offset }: CommandInput<'readBackup'>): { readonly bytes: Uint8Array } {
  const file = madeExports.get(session);
  if (!file) throw new HsmError('invalid-argument', 'this session has exported no backup');
  return { bytes: pieceOf(file, offset) };
}

function generateRestoreToken(hsm: Hsm): QuorumToken {
  const createdAt = hsm.clock.now();
  const approvalData = approvalDataOf({ service: 'restore', username: '', createdAt });
  const token = { approvalData, token: sha256(approvalData), expiresAt: createdAt + TOKEN_LIFETIME };
  restoreTokens.set(hsm, token);
  return token;
}

async function restoreBackup(hsm: Hsm, { passphrase, approval }: CommandInput<'restoreBackup'>): Promise<Empty> {
  const { header, contents } = await openForRestore(hsm, hsm.upload.take(), { passphrase });
  const token = restoreTokens.get(hsm);
  const expected = token && hsm.clock.now() <= token.expiresAt ? token.approvalData : undefined;
  checkRestoreApproval(contents.records, approval, expected);
  restoreTokens.delete(hsm);
  restore(hsm, header, contents);
  return {};
}

function refuseUnlessAdmin({ session }: Caller): void {
  if (session?.role !== 'admin') throw new HsmError(session ? 'not-permitted' : 'not-logged-in', 'log in as an admin first');
}
