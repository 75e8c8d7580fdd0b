export type Role =
  | 'unactivated-admin'
  | 'admin'
  | 'crypto-user'
  | 'auditor'
  | 'internal(APPLIANCE_USER)';
export type LoginRole = 'admin' | 'crypto-user' | 'auditor';
