import type { NewAuditEntry, Opcode } from '../audit/index.ts';
import {
  backupSecretOf,
  checkBackup,
  checkRestoreApproval,
  createBackup,
  openForRestore,
  restore,
  shareSecret,
} from '../backup/index.ts';
import { sha256 } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { approvalDataOf, TOKEN_LIFETIME_MS } from '../quorum/index.ts';
import { readPiece } from '../upload.ts';
import type { Session, User } from '../users/index.ts';
import {
  HsmError,
  type Approval,
  type BackupSummary,
  type CommandInput,
  type CommandOutput,
  type ExportSecret,
  type QuorumToken,
} from '../wire/index.ts';
import { approval } from './approve.ts';
import { ADMIN, entryOf, type CommandsOf, type HsmClient } from './command.ts';
import { bytes, eitherBy, fields, integer, list, nothing, text } from './input.ts';

type ForPassphrase = Extract<CommandInput<'exportBackup'>, { readonly passphrase: string }>;
type ForHolders = Extract<CommandInput<'exportBackup'>, { readonly threshold: number }>;
type WithPassphrase = Extract<ExportSecret, { readonly passphrase: string }>;
type WithShares = Exclude<ExportSecret, WithPassphrase>;
type ForApproval = { readonly approval?: Approval };
type Empty = Readonly<Record<string, never>>;

/** Long enough to make guessing infeasible. */
const MIN_PASSPHRASE_LENGTH = 12;
/** Twice CloudHSM's largest quorum, so that half of the holders may be absent. */
const MAX_HOLDERS = 16;
const passphrase = text(1_024);
const shares = list(bytes, MAX_HOLDERS);
const offset = integer(0, Number.MAX_SAFE_INTEGER);

type Names =
  | 'exportBackup'
  | 'readBackup'
  | 'writeBackup'
  | 'checkBackup'
  | 'restoreBackup'
  | 'generateRestoreToken';

/**
 * Backups that the cluster's owner keeps, sealed under a passphrase or shares. Backups of the
 * control plane are in control/.
 */
export const backupCommands: CommandsOf<Names> = {
  exportBackup: {
    by: ADMIN,
    opcode: 'CN_BACKUP_BEGIN',
    quorum: (_hsm, _session, { approval }) => ({ service: 'backup', approval }),
    input: eitherBy(
      'holders',
      fields<ForHolders>({
        holders: list(text(64), MAX_HOLDERS),
        threshold: integer(2, MAX_HOLDERS),
        approval,
      }),
      fields<ForPassphrase>({ passphrase, approval }),
    ),
    run: exportBackup,
  },
  readBackup: { by: ADMIN, input: fields<CommandInput<'readBackup'>>({ offset }), run: readBackup },
  writeBackup: {
    by: 'anyone',
    during: ['uninitialized', 'active'],
    input: fields<CommandInput<'writeBackup'>>({ offset, bytes }),
    run: (hsm, client, { offset, bytes }) => {
      if (hsm.lifecycle === 'active') refuseUnlessAdmin(client);
      hsm.upload.write(offset, bytes);
      return {};
    },
  },
  checkBackup: {
    by: ADMIN,
    input: eitherBy(
      'shares',
      fields<WithShares>({ shares }),
      fields<WithPassphrase>({ passphrase }),
    ),
    run: (hsm, _session, secret): Promise<BackupSummary> =>
      checkBackup(hsm, hsm.upload.take(), backupSecretOf(secret)),
  },
  restoreBackup: {
    by: 'anyone',
    during: ['uninitialized'],
    input: eitherBy(
      'shares',
      fields<WithShares & ForApproval>({ shares, approval }),
      fields<WithPassphrase & ForApproval>({ passphrase, approval }),
    ),
    run: (hsm, _client, input) => hsm.passwordQueue.run('restore', () => restoreBackup(hsm, input)),
  },
  generateRestoreToken: {
    by: 'anyone',
    during: ['uninitialized'],
    input: nothing,
    run: generateRestoreToken,
  },
};

async function exportBackup(
  hsm: Hsm,
  session: Session,
  input: CommandInput<'exportBackup'>,
): Promise<CommandOutput<'exportBackup'>> {
  const by = (opcode: Opcode, detail: string): NewAuditEntry =>
    entryOf(session, opcode, { detail });
  if ('passphrase' in input) {
    const { passphrase } = input;
    if (passphrase.length < MIN_PASSPHRASE_LENGTH) {
      throw new HsmError(
        'invalid-argument',
        `the passphrase must have at least ${MIN_PASSPHRASE_LENGTH} characters`,
      );
    }
    return { size: keep(session, await createBackup(hsm, { passphrase }, {}, by)) };
  }
  const holders = holdersNamed(hsm, input.holders);
  const { threshold } = input;
  if (threshold > holders.length)
    throw new HsmError(
      'invalid-argument',
      `threshold ${threshold} exceeds the number of holders, ${holders.length}`,
    );
  const { secret, shares } = shareSecret(holders, threshold);
  const names = holders.map(({ username }) => username);
  return {
    size: keep(session, await createBackup(hsm, secret, { holders: names, threshold }, by)),
    shares,
  };
}

/** Keeps an export for its session to read. Returns its size, in bytes. */
function keep(session: Session, file: Uint8Array): number {
  session.exportedBackup = file;
  return file.length;
}

function holdersNamed(hsm: Hsm, names: readonly string[]): User[] {
  const usernames = new Set(names.map((name) => name.toLowerCase()));
  return Array.from(usernames, (username) => {
    const user = hsm.users.find(username);
    if (!user) throw new HsmError('user-not-found', `there is no user ${username}`);
    return user;
  });
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
  { approval, ...secret }: CommandInput<'restoreBackup'>,
): Promise<Empty> {
  const { header, contents } = await openForRestore(hsm, hsm.upload.take(), backupSecretOf(secret));
  const token = hsm.restoreToken;
  const expected = token && hsm.clock.now() <= token.expiresAt ? token.approvalData : undefined;
  checkRestoreApproval(contents.records, approval, expected);
  hsm.restoreToken = undefined;
  restore(hsm, header, contents);
  return {};
}

function refuseUnlessAdmin({ session }: HsmClient): void {
  if (session?.role !== 'admin')
    throw new HsmError(session ? 'not-permitted' : 'not-logged-in', 'log in as an admin first');
}
