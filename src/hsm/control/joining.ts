import { fingerprintOf } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import { exportClone, genuineHardwareKey, importClone } from '../identity/index.ts';
import type { Candidate } from '../membership/index.ts';
import { HsmError, type ControlInput, type ControlOutput } from '../wire/index.ts';

/** Address or zone of an HSM that joins. The list of members shows it to admins. */
const PLACE = /^[\w.:-]{0,256}$/;

type Empty = Readonly<Record<string, never>>;

/**
 * Asks to admit an HSM. In a guarded cluster, its admins decide, so the control plane's request is
 * only kept for them.
 */
export async function requestAdmission(
  hsm: Hsm,
  input: ControlInput<'requestAdmission'>,
): Promise<Empty> {
  assertCanAdmit(hsm);
  const candidate = candidateOf(input, input.fingerprint);
  if (hsm.membership.decide(candidate, isGuarded(hsm)) !== 'waits') return {};
  await keepRequest(hsm, candidate);
  throw admissionRequired(candidate);
}

/** Makes an HSM a member, and seals the cluster's secrets for it. */
export async function clone(
  hsm: Hsm,
  input: ControlInput<'exportClone'>,
): Promise<ControlOutput<'exportClone'>> {
  assertCanAdmit(hsm);
  const { hsmId } = input;
  const publicKey = genuineHardwareKey(hsm.identity, input.hardwareCertificate);
  const candidate = candidateOf(input, fingerprintOf(publicKey));
  const decision = hsm.membership.decide(candidate, isGuarded(hsm));
  if (decision === 'waits') throw admissionRequired(candidate);
  if (decision === 'admissible') {
    const { host, zone } = candidate;
    await hsm.replicate(
      hsm.membership.admit({ hsmId, publicKey, host, zone, admittedAt: hsm.clock.now() }),
      { opcode: 'KH_MEMBER_ADDED', detail: hsmId },
    );
  }
  const sealed = exportClone(hsm.identity, { publicKey, hsmId }, hsm.membership.records());
  hsm.audit.note({ opcode: 'CN_CLONE_SOURCE_STAGE1', detail: `to ${hsmId}` });
  return { sealed };
}

/** Takes over the secrets of a cluster. The records of its members take effect with them. */
export function join(hsm: Hsm, { sealed }: ControlInput<'importClone'>): Empty {
  // An HSM with records could bring forged ones into the cluster.
  if (hsm.identity.state.clusterKey !== undefined || hsm.replica.head > 0)
    throw new HsmError('wrong-lifecycle', 'this HSM already belongs to a cluster');
  const { identity, members } = importClone(hsm.identity, sealed);
  let takeEffect: (() => void) | undefined;
  hsm.replica.receive(members, () => {
    hsm.audit.append({ opcode: 'CN_CLONE_TARGET_STAGE1' });
    takeEffect = hsm.identity.write(identity);
  });
  takeEffect?.();
  hsm.peers.unlock(identity.maskingKey);
  hsm.changed();
  return {};
}

/**
 * Removes a member that was deleted, or withdraws the request of an HSM that was deleted while it
 * waited. A control plane can take an HSM away at any time; only joining needs the admins.
 */
export async function removeDeleted(
  hsm: Hsm,
  { hsmId }: ControlInput<'removeMember'>,
): Promise<Empty> {
  assertCanAdmit(hsm);
  if (hsmId === hsm.provisioning.hsmId)
    throw new HsmError('invalid-argument', 'an HSM cannot remove itself');
  const isMember = hsm.membership.standing(hsmId) === 'member';
  const changes = isMember ? hsm.membership.remove(hsmId) : hsm.membership.withdraw(hsmId);
  if (changes.length > 0)
    await hsm.replicate(changes, { opcode: 'KH_MEMBER_REMOVED', detail: hsmId });
  return {};
}

function isGuarded({ identity }: Hsm): boolean {
  return identity.state.guarded === true;
}

function assertCanAdmit(hsm: Hsm): void {
  if (hsm.lifecycle !== 'active' || !hsm.synchronized || hsm.removed)
    throw new HsmError('wrong-lifecycle', 'only an active, synchronized HSM can be cloned');
}

async function keepRequest(hsm: Hsm, candidate: Candidate): Promise<void> {
  const changes = hsm.membership.request(candidate, hsm.clock.now());
  if (changes.length === 0) return;
  const { hsmId, fingerprint } = candidate;
  await hsm.replicate(changes, { opcode: 'KH_JOIN_REQUEST', detail: `${hsmId}, ${fingerprint}` });
}

function admissionRequired({ hsmId, fingerprint }: Candidate): HsmError {
  return new HsmError(
    'admission-required',
    `the cluster is guarded, and its admins have not admitted ${hsmId} with the fingerprint ${fingerprint}`,
  );
}

/**
 * Checks what the control plane states about an HSM. In a guarded cluster, the control plane is not
 * trusted.
 */
function candidateOf(
  { hsmId, host, zone }: Pick<Candidate, 'hsmId' | 'host' | 'zone'>,
  fingerprint: string,
): Candidate {
  const fits =
    matches(hsmId, /^[\w-]{1,64}$/) &&
    matches(fingerprint, /^[0-9a-f]{64}$/) &&
    matches(host, PLACE) &&
    matches(zone, PLACE);
  if (!fits)
    throw new HsmError('malformed-request', 'invalid HSM ID, fingerprint, address or zone');
  return { hsmId, fingerprint, host, zone };
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}
