import type { Hsm } from '../hsm.ts';
import { servicesApprovedBy } from '../quorum/index.ts';
import { quorumServices, type Approval, type QuorumService, type Role } from '../wire/index.ts';
import type { GuardedAction } from './guarded-action.ts';

/**
 * Returns the action of creating, deleting, disabling or taking over a user with this role. What it
 * does to an admin is a change of approvers. Other users approve only with a registered key.
 */
export function userChange(hsm: Hsm, role: Role, approval: Approval | undefined): GuardedAction {
  return changeNeeding(hsm, role === 'admin' ? servicesApprovedBy(role) : ['user'], approval);
}

/** Returns the action of registering a key for approvals, for a user with this role. */
export function keyRegistration(
  hsm: Hsm,
  role: Role,
  approval: Approval | undefined,
): GuardedAction {
  return changeNeeding(hsm, servicesApprovedBy(role), approval);
}

/** Returns the action of removing the key of a user with this role. */
export function keyRemoval(hsm: Hsm, role: Role, approval: Approval | undefined): GuardedAction {
  return changeNeeding(hsm, ['user', ...servicesApprovedBy(role)], approval);
}

/**
 * Returns the action of letting an HSM into the cluster, which gives it all keys, or removing it.
 */
export function membershipChange(hsm: Hsm, approval: Approval | undefined): GuardedAction {
  return changeNeeding(hsm, quorumServices, approval);
}

/**
 * Returns an action that needs as many approvals as the strictest of these services. A change of
 * approvers needs as many as the services that they may approve: a user could otherwise make a
 * second approver, and approve alone.
 */
function changeNeeding(
  { quorum }: Hsm,
  services: readonly QuorumService[],
  approval: Approval | undefined,
): GuardedAction {
  const required = Math.max(...services.map((service) => quorum.value(service)));
  return { service: 'user', required, approval };
}
