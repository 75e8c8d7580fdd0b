/**
 * hsm/users: the users of the cluster, their sessions at this HSM, and lockouts. It must not know
 * keys, except the handles of session keys. Begin at `users.ts`.
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
export { LoginSources, sourceOf } from './login-sources.ts';
export { SerialQueue } from './serial-queue.ts';
