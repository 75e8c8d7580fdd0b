import { equalBytes, sha256 } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { checkSignatures, TOKEN_LIFETIME_MS } from '../quorum/index.ts';
import type { Change } from '../replication/index.ts';
import type { Session } from '../users/index.ts';
import {
  decodeApprovalData,
  HsmError,
  type Approval,
  type ApprovalSignature,
  type Approved,
} from '../wire/index.ts';
import { entryOf } from './command.ts';
import type { GuardedAction } from './guarded-action.ts';
import { bytes, fields, list, optional, text } from './input.ts';

const MAX_SIGNATURES = 64;

export const approval = optional(
  fields<Approval>({
    approvalData: bytes,
    signatures: list(
      fields<ApprovalSignature>({ username: text(64), signature: bytes }),
      MAX_SIGNATURES,
    ),
  }),
);

/**
 * Consumes the approval of a guarded action. `operation` is the text of the command with its
 * arguments. Throws `HsmError` if the approval is missing, has too few valid signatures, is for
 * something else, or was used before.
 */
export async function approve(
  hsm: Hsm,
  session: Session,
  guarded: GuardedAction,
  operation: string,
): Promise<void> {
  const { service, approval, required = hsm.quorum.value(service) } = guarded;
  if (!approval)
    throw new HsmError('quorum-required', 'Quorum approval is required for this operation');
  const approved = decodeApprovalData(approval.approvalData);
  if (!approved || !isFor(hsm, session, guarded, approved)) throw unknownToken();
  checkOperation(hsm, approved, operation);
  const names = checkSignatures(approval, {
    service,
    required,
    find: (username) => hsm.users.find(username),
  });
  // Before the command is executed: an approval is valid once.
  await spend(hsm, session, {
    approvalData: approval.approvalData,
    approved,
    detail: `${service}: ${names.join(', ')}`,
  });
  if (!hsm.sessions.isLive(session)) throw new HsmError('not-logged-in', 'log in first');
}

interface Spending {
  readonly approvalData: Uint8Array;
  readonly approved: Approved;
  /** Text about the approval for the audit log. */
  readonly detail: string;
}

/** Spends a token at the HSM that created it. Throws `HsmError` if that HSM does not confirm it. */
async function spend(
  hsm: Hsm,
  session: Session,
  { approvalData, approved, detail }: Spending,
): Promise<void> {
  const { maker = '', keyHandle } = approved;
  const entry = {
    ...entryOf(session, 'CN_APPROVE_TOKEN', { detail }),
    ...(keyHandle !== undefined && { keyHandle }),
  };
  if (maker === hsm.replica.writer) {
    const write = (change: Change): void => void hsm.replicate([change], entry);
    if (!hsm.quorum.spend(approvalData, hsm.clock.now(), write)) throw unknownToken();
    return;
  }
  const [makerId = ''] = maker.split('.');
  const { username, role } = session;
  const spent = await hsm.peers.spendToken(makerId, { approvalData, username, role, detail });
  if (spent === undefined)
    throw new HsmError(
      'quorum-failed',
      `Quorum Failed: this HSM cannot reach ${makerId}, which created the token and must confirm that it is unused; generate a new token`,
    );
  if (!spent) throw unknownToken();
  hsm.audit.note(entry);
}

/**
 * Spends the registration token that a user signed. Throws `HsmError` if it is not the user's, or
 * not valid.
 */
export async function spendRegistration(
  hsm: Hsm,
  session: Session,
  approvalData: Uint8Array,
): Promise<void> {
  const approved = decodeApprovalData(approvalData);
  const registration = { service: 'registration', keyHandle: undefined } as const;
  if (!approved || !isFor(hsm, session, registration, approved)) throw unknownToken();
  await spend(hsm, session, { approvalData, approved, detail: 'registration' });
}

function isFor(
  { clock }: Hsm,
  { username }: Session,
  { service, keyHandle }: Pick<Approved, 'service' | 'keyHandle'>,
  approved: Approved,
): boolean {
  return (
    approved.service === service &&
    approved.username === username &&
    approved.keyHandle === keyHandle &&
    clock.now() <= approved.createdAt + TOKEN_LIFETIME_MS
  );
}

/**
 * Checks that the token is for this operation. A token that names a key is for the deletion of
 * that key. Other tokens without an operation are for any operation of their service, as at AWS.
 * Guarded clusters do not accept them.
 */
function checkOperation(hsm: Hsm, approved: Approved, operation: string): void {
  if (approved.operation) {
    if (!equalBytes(approved.operation, sha256(Buffer.from(operation))))
      throw new HsmError(
        'quorum-failed',
        'Quorum Failed: the approval is for another operation, or for other arguments',
      );
  } else checkBound(hsm, approved);
}

/** Throws `HsmError` if the cluster does not accept a token without an operation. */
export function checkBound({ identity }: Hsm, { keyHandle, operation }: Partial<Approved>): void {
  if (identity.state.guarded !== true || operation || keyHandle !== undefined) return;
  throw new HsmError(
    'quorum-failed',
    'Quorum Failed: in a guarded cluster, an approval is for one operation; add --request-approval FILE to the command to get its token',
  );
}

function unknownToken(): HsmError {
  return new HsmError(
    'quorum-failed',
    'Quorum Failed: the token is unknown, expired, used before, or for something else',
  );
}
