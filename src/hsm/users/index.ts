/**
 * hsm/users: who may log in to the cluster, who is logged in here, and who is locked out. It must not know keys beyond the
 * handles of a session's own. Begin at `users.ts`.
 */
export { Sessions, type Session } from './sessions.ts';
export {
  ADMIN,
  APPLIANCE_USER,
  isPassword,
  isUsername,
  MAX_USERS,
  Users,
  type User,
} from './users.ts';
export { Lockouts } from './lockouts.ts';
export { SerialQueue } from './serial-queue.ts';
