/**
 * operations: what each API operation does, one file per operation under its wire name, and the pipeline that leads to
 * it (`perform.ts`: resolve, authorise, check state, run, audit). It must not know HTTP. Begin at `perform.ts`.
 */
export { createPerform } from './perform.ts';
export type { Perform, PerformRequest } from './request.ts';
export { registry } from './registry.ts';
export { openGrantDirectory, type GrantDirectory } from './caches/grant-cache.ts';
export { openKeyDirectory, type KeyDirectory } from './caches/key-cache.ts';
export { openKeyUses, type KeyUses } from './caches/key-uses.ts';
export { startKeyUpkeep } from './kms/start-upkeep.ts';
export { awsQuotas, type Quotas } from './limits/quotas.ts';
export { defaultRates, RequestLimits, type RequestRates } from './limits/request-limits.ts';
export type { InstallationFacts, Services } from './services.ts';
