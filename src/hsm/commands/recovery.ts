import { fingerprintOf, readCertificate, verifySha256 } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { describeHolder, issueRecovery, Recovery } from '../recovery/index.ts';
import type { Session } from '../users/index.ts';
import {
  HsmError,
  MAX_RECOVERY_HOLDERS,
  recoveryRequestText,
  type CommandInput,
  type CommandOutput,
  type RecoveryHolder,
} from '../wire/index.ts';
import { approval } from './approve.ts';
import { ADMIN, ADMIN_OR_AUDITOR, entryOf, type CommandsOf } from './command.ts';
import { bytes, fields, integer, list, nothing, text } from './input.ts';

const MAX_PEM_LENGTH = 4_096;

/** Input checks of a `RecoveryOrder`. */
export const recoveryOrder = {
  holders: list(
    fields<RecoveryHolder>({ name: text(32), publicKey: text(MAX_PEM_LENGTH) }),
    MAX_RECOVERY_HOLDERS,
  ),
  threshold: integer(1, MAX_RECOVERY_HOLDERS),
};

/** The cluster's recovery key and its holders. */
export const recoveryCommands: CommandsOf<'describeRecovery' | 'reissueRecovery'> = {
  describeRecovery: {
    by: ADMIN_OR_AUDITOR,
    input: nothing,
    run: describeRecovery,
  },
  reissueRecovery: {
    by: ADMIN,
    opcode: 'KH_SET_RECOVERY',
    // The new holders could open a backup, and a backup holds users and quorum values.
    quorum: ({ quorum }, _session, { approval }) => ({
      service: 'quorum',
      required: Math.max(quorum.value('quorum'), quorum.value('user'), quorum.value('backup')),
      approval,
    }),
    input: fields<CommandInput<'reissueRecovery'>>({
      ...recoveryOrder,
      signature: bytes,
      approval,
    }),
    run: reissueRecovery,
  },
};

function describeRecovery({ identity, recovery }: Hsm): CommandOutput<'describeRecovery'> {
  const { set } = recovery;
  return {
    guarded: identity.state.guarded === true,
    ...(set && {
      recovery: { keyId: set.keyId, threshold: set.threshold, holders: set.holders },
    }),
  };
}

async function reissueRecovery(
  hsm: Hsm,
  session: Session,
  { holders, threshold, signature }: CommandInput<'reissueRecovery'>,
): Promise<CommandOutput<'reissueRecovery'>> {
  const { set, issued } = issueRecovery({ holders, threshold });
  const { clusterKeys, state } = hsm.identity;
  const request = recoveryRequestText({
    clusterId: state.clusterId,
    clusterKey: clusterKeys ? fingerprintOf(clusterKeys.publicKey) : '',
    replaces: hsm.recovery.set?.keyId,
    threshold,
    holders: holders.map(describeHolder),
  });
  // An admin alone could appoint further admins, so the owner has to sign with a key that no HSM
  // user holds.
  const owner = readCertificate(state.trustAnchor ?? '');
  if (!owner || !verifySha256(owner.publicKey, Buffer.from(request), signature))
    throw new HsmError(
      'not-permitted',
      "the customer's CA has not signed these recovery holders: write the request with `keyhold hsm cluster recovery request` and sign it with customerCA.key",
    );
  await hsm.replicate(
    [Recovery.put(set)],
    entryOf(session, 'KH_SET_RECOVERY', {
      detail: `${set.keyId}: ${threshold} of ${set.holders.map(({ name }) => name).join(', ')}`,
    }),
  );
  return issued;
}
