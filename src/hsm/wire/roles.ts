export type Role =
  | 'unactivated-admin'
  | 'admin'
  | 'crypto-user'
  | 'auditor'
  | 'internal(APPLIANCE_USER)';
/** Roles that a user can log in with. */
export type LoginRole = 'admin' | 'crypto-user' | 'auditor';
