import { equalBytes } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { checkSignatures, Quorum, TOKEN_LIFETIME_MS, type Token } from '../quorum/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError, type Approval, type ApprovalSignature } from '../wire/index.ts';
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
 * Consumes the approval of a guarded action. Throws `HsmError` if it is missing, has too few valid
 * signatures, or was used before.
 */
export async function approve(hsm: Hsm, session: Session, guarded: GuardedAction): Promise<void> {
  const { service, approval, required = hsm.quorum.value(service) } = guarded;
  if (!approval)
    throw new HsmError('quorum-required', 'Quorum approval is required for this operation');
  const token = liveToken(hsm, session, guarded);
  if (!token || !equalBytes(token.approvalData, approval.approvalData)) {
    throw new HsmError(
      'quorum-failed',
      'Quorum Failed: the token is unknown, expired, used before, or for something else',
    );
  }
  const names = checkSignatures(approval, {
    service,
    required,
    find: (username) => hsm.users.find(username),
  });
  // Before the command is executed, and on all reachable HSMs: an approval is valid once.
  const entry = entryOf(session, 'CN_APPROVE_TOKEN', { detail: `${service}: ${names.join(', ')}` });
  await hsm.replicate(
    [Quorum.removeToken(token)],
    guarded.keyHandle === undefined ? entry : { ...entry, keyHandle: guarded.keyHandle },
  );
  hsm.quorum.assertConsumed(token);
}

/** Returns the caller's token for this action, if it is still valid. */
function liveToken(
  { quorum, clock }: Hsm,
  { username }: Session,
  { service, keyHandle }: GuardedAction,
): Token | undefined {
  const token = quorum.token(username, service);
  return token &&
    token.keyHandle === keyHandle &&
    clock.now() <= token.createdAt + TOKEN_LIFETIME_MS
    ? token
    : undefined;
}
