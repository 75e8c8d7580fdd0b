import type { Hsm } from '../hsm.ts';
import type { User } from '../users/index.ts';

/**
 * Returns whether the user is the only admin who could log in. Admins that are locked or disabled
 * could not. If all admins are locked, this holds for each of them.
 */
export function isLastUsableAdmin(hsm: Hsm, { username, role }: User): boolean {
  if (role !== 'admin') return false;
  return !hsm.users
    .list()
    .some(
      (other) =>
        other.username !== username &&
        other.role === 'admin' &&
        other.password !== undefined &&
        !other.disabled &&
        !hsm.lockouts.isLocked(other.username),
    );
}

/**
 * Returns whether only a new password lets the user log in again. The last usable admin is never
 * locked, because no other admin could set that password. Its logins are delayed instead.
 */
export function isLocked(hsm: Hsm, user: User): boolean {
  return hsm.lockouts.isLocked(user.username) && !isLastUsableAdmin(hsm, user);
}
