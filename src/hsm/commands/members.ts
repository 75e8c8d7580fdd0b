import type { Hsm } from '../hsm.ts';
import type { Session } from '../users/index.ts';
import {
  HsmError,
  parseFingerprint,
  type CommandInput,
  type CommandOutput,
} from '../wire/index.ts';
import { approval } from './approve.ts';
import { membershipChange } from './change-of-approvers.ts';
import { ADMIN, ADMIN_OR_AUDITOR, entryOf, type CommandsOf } from './command.ts';
import { fields, nothing, refuse, text, type Check } from './input.ts';

type Empty = Readonly<Record<string, never>>;

const hsmId: Check<string> = (value) => {
  const id = text(64)(value);
  return /^[\w-]+$/.test(id) ? id : refuse();
};
const fingerprint: Check<string> = (value) => parseFingerprint(text(128)(value)) ?? refuse();

/** Members of the cluster, and the HSMs that wait to become one. */
export const memberCommands: CommandsOf<'listMembers' | 'admitHsm' | 'removeHsm'> = {
  listMembers: {
    by: ADMIN_OR_AUDITOR,
    input: nothing,
    run: ({ identity, membership }): CommandOutput<'listMembers'> => ({
      guarded: identity.state.guarded === true,
      members: membership.list(),
      waiting: membership.waiting(),
    }),
  },
  admitHsm: {
    by: ADMIN,
    opcode: 'KH_ADMIT_HSM',
    quorum: (hsm, _session, { approval }) => membershipChange(hsm, approval),
    input: fields<CommandInput<'admitHsm'>>({ hsmId, fingerprint, approval }),
    run: admitHsm,
  },
  removeHsm: {
    by: ADMIN,
    opcode: 'KH_MEMBER_REMOVED',
    quorum: (hsm, _session, { approval }) => membershipChange(hsm, approval),
    input: fields<CommandInput<'removeHsm'>>({ hsmId, approval }),
    run: removeHsm,
  },
};

async function admitHsm(
  hsm: Hsm,
  session: Session,
  { hsmId, fingerprint }: CommandInput<'admitHsm'>,
): Promise<Empty> {
  const change = hsm.membership.approve(hsmId, fingerprint, session.username);
  await hsm.replicate(
    [change],
    entryOf(session, 'KH_ADMIT_HSM', { detail: `${hsmId}, ${fingerprint}` }),
  );
  return {};
}

async function removeHsm(
  hsm: Hsm,
  session: Session,
  { hsmId }: CommandInput<'removeHsm'>,
): Promise<Empty> {
  const { membership, provisioning } = hsm;
  if (hsmId === provisioning.hsmId)
    throw new HsmError(
      'not-permitted',
      `an HSM cannot remove itself; send the command to another HSM than ${hsmId}`,
    );
  const waits =
    membership.isAdmitted(hsmId) || membership.waiting().some((one) => one.hsmId === hsmId);
  if (!waits && membership.standing(hsmId) !== 'member')
    throw new HsmError(
      'invalid-argument',
      `${hsmId} is not a member and does not wait to become one; see \`cluster members\``,
    );
  await hsm.replicate(
    membership.remove(hsmId),
    entryOf(session, 'KH_MEMBER_REMOVED', { detail: hsmId }),
  );
  return {};
}
