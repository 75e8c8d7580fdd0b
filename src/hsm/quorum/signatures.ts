import { assertInvariant } from '../../base/index.ts';
import { readSigningKey, verifySha256 } from '../../crypto/index.ts';
import type { User } from '../users/index.ts';
import {
  HsmError,
  quorumServices,
  type Approval,
  type QuorumService,
  type Role,
} from '../wire/index.ts';

/**
 * Returns whether users of a role may approve operations of a service, once they have registered a
 * key.
 */
function mayApprove(service: QuorumService, role: Role): boolean {
  return role === 'admin' || (service === 'key-deletion' && role === 'crypto-user');
}

/** Returns the services whose operations users of a role may approve. */
export function servicesApprovedBy(role: Role): QuorumService[] {
  return quorumServices.filter((service) => mayApprove(service, role));
}

/**
 * Asserts that a quorum value is valid. A comparison with NaN would let any number of signatures
 * pass.
 */
export function assertQuorumValue(value: number): void {
  assertInvariant(
    Number.isInteger(value) && value >= 1,
    'a quorum value is a whole number of at least 1',
  );
}

export interface Signing {
  readonly service: QuorumService;
  readonly required: number;
  readonly find: (username: string) => User | undefined;
}

/**
 * Verifies the signatures of an approval. Returns the usernames of the approvers.
 *
 * @throws HsmError unless every signature is valid and there are enough of them.
 */
export function checkSignatures(
  { approvalData, signatures }: Approval,
  { service, required, find }: Signing,
): string[] {
  assertQuorumValue(required);
  const names = new Set<string>();
  for (const { username, signature } of signatures) {
    const user = find(username);
    const key = user?.quorumKey === undefined ? undefined : readSigningKey(user.quorumKey);
    if (
      !user ||
      user.disabled ||
      !key ||
      names.has(user.username) ||
      !mayApprove(service, user.role) ||
      !verifySha256(key, approvalData, signature)
    ) {
      throw new HsmError(
        'quorum-failed',
        'Invalid username-signature pair for quorum authorization',
      );
    }
    names.add(user.username);
  }
  if (names.size < required) {
    throw new HsmError(
      'quorum-failed',
      `Too few quorum approvals: currently ${names.size} approvals, but ${required} approvals required`,
    );
  }
  return [...names];
}

/** Returns the users who can currently approve operations of a service. */
export function approvers(users: readonly User[], service: QuorumService): User[] {
  return users.filter(
    ({ role, quorumKey, disabled }) =>
      quorumKey !== undefined && !disabled && mayApprove(service, role),
  );
}
