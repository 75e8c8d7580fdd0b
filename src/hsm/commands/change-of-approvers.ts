import type { Hsm } from '../hsm.ts';
import { servicesApprovedBy } from '../quorum/index.ts';
import type { Approval, QuorumService, Role } from '../wire/index.ts';
import type { GuardedAction } from './guarded-action.ts';

/**
 * Returns the action of creating, deleting, disabling or taking over a user with this role. What it
 * does to an admin is a change of approvers. Other users approve only with a registered key.
 */
export function userChange(hsm: Hsm, role: Role, approval: Approval | undefined): GuardedAction {
  return role === 'admin' ? changeOfApprovers(hsm, role, approval) : { service: 'user', approval };
}

/**
 * Returns the action of making, removing or taking over an approver with this role. It needs as
 * many approvals as the strictest service that the approver may approve: a user could otherwise
 * make a second approver, and approve alone.
 */
export function changeOfApprovers(
  { quorum }: Hsm,
  role: Role,
  approval: Approval | undefined,
): GuardedAction {
  const services: readonly QuorumService[] = ['user', ...servicesApprovedBy(role)];
  const required = Math.max(...services.map((service) => quorum.value(service)));
  return { service: 'user', required, approval };
}
