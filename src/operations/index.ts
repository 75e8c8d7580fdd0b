/**
 * operations: what each API operation does, one file per operation, named after it, and the
 * pipeline in front of them (`perform.ts`: resolve, authorize, check state, run, audit). Its root
 * holds what the author of an operation needs (`operation.ts`, `resolved-target.ts`, `services.ts`,
 * …). Imports run one way: perform and registry → families (kms/, iam/, …) → pipeline/ →
 * conditions/, grants/ → root → caches/, limits/. It must not know HTTP. Begin at `perform.ts`.
 */
export { createPerform } from './perform.ts';
export type { Perform, PerformRequest } from './request.ts';
export { registry } from './registry.ts';
export { openGrantCache } from './caches/grant-cache.ts';
export { openKeyCache } from './caches/key-cache.ts';
export { openKeyUses } from './caches/key-uses.ts';
export { startKeyUpkeep } from './kms/start-upkeep.ts';
export { awsQuotas, type Quotas } from './limits/quotas.ts';
export { defaultRates, RequestLimits, type RequestRates } from './limits/request-limits.ts';
export type { Services } from './services.ts';
