import { checkBackup, createBackup, openForRestore, pieceOf, restore } from '../backup/index.ts';
import type { Hsm } from '../hsm.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type BackupFacts, type CommandInput } from '../wire/index.ts';
import { ADMIN, entryOf, type Caller, type CommandsOf } from './command.ts';
import { bytes, fields, integer, text } from './input.ts';

type Empty = Readonly<Record<string, never>>;

/** Long enough that the file can't be opened by guessing. */
const SHORTEST_PASSPHRASE = 12;
const passphrase = text(1_024);
const offset = integer(0, Number.MAX_SAFE_INTEGER);

/** Exports that a session made and has not read to the end yet. */
const exports_ = new WeakMap<Session, Uint8Array>();

type Names = 'exportBackup' | 'readBackup' | 'writeBackup' | 'checkBackup' | 'restoreBackup';

/** Backups in the owner's hands: sealed under his passphrase. The control plane's own are in control/. */
export const backupCommands: CommandsOf<Names> = {
  exportBackup: { by: ADMIN, opcode: 'CN_BACKUP_BEGIN', input: fields<CommandInput<'exportBackup'>>({ passphrase }), run: exportBackup },
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
    input: fields<CommandInput<'restoreBackup'>>({ passphrase }),
    run: (hsm, _caller, { passphrase }) => hsm.turns.take('restore', () => restoreBackup(hsm, passphrase)),
  },
};

async function exportBackup(hsm: Hsm, session: Session, { passphrase }: CommandInput<'exportBackup'>): Promise<{ readonly size: number }> {
  if (passphrase.length < SHORTEST_PASSPHRASE) {
    throw new HsmError('invalid-argument', `the passphrase of a backup has at least ${SHORTEST_PASSPHRASE} characters`);
  }
  const file = await createBackup(hsm, '', { passphrase }, (opcode, detail) => entryOf(session, opcode, { detail }));
  exports_.set(session, file);
  return { size: file.length };
}

function readBackup(_hsm: Hsm, session: Session, { offset }: CommandInput<'readBackup'>): { readonly bytes: Uint8Array } {
  const file = exports_.get(session);
  if (!file) throw new HsmError('invalid-argument', 'this session has exported no backup');
  return { bytes: pieceOf(file, offset) };
}

async function restoreBackup(hsm: Hsm, passphrase: string): Promise<Empty> {
  const { header, contents } = await openForRestore(hsm, hsm.upload.take(), { passphrase });
  restore(hsm, header, contents);
  return {};
}

function refuseUnlessAdmin({ session }: Caller): void {
  if (session?.role !== 'admin') throw new HsmError(session ? 'not-permitted' : 'not-logged-in', 'log in as an admin first');
}
