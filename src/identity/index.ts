/**
 * identity: accounts, principals and their credentials: who holds an access key, and which policies apply to them
 * (`identity.ts`, where to begin). Secrets are sealed at rest. It must not know HTTP, signatures or operations.
 */
export { openIdentity, type Identity, type IdentityOptions } from './identity.ts';
export type { Administrator } from './bootstrap.ts';
export type { Caller } from './caller.ts';
export type { Seal } from './access-key-secret.ts';
