/**
 * identity: accounts, principals and their credentials. It tells who owns an access key or a
 * session, and which policies apply to them (`identity.ts`, where to begin). Secrets are sealed at
 * rest. It must not know HTTP, signatures or operations.
 */
export { openIdentity, type Identity } from './identity.ts';
export { requirePrincipal, uniqueIdsIn } from './named-principals.ts';
export { managementAccount, type Administrator } from './bootstrap.ts';
export type { Caller } from './caller.ts';
export type { PrincipalWithPolicies } from './principals-by-arn.ts';
export type { Seal } from './access-key-secret.ts';
export type { Session } from './session-token.ts';
export { awsManagedPolicies } from './aws-managed-policies.ts';
export { findManagedPolicy } from './managed-policies.ts';
export { issuerOf, type WebIdentity } from './web-identity.ts';
export { accountOfAccessKey, uniqueId } from './unique-ids.ts';
