/**
 * node: one running installation, put together from the folders below: its foundation (data folder, clock, log, store,
 * audit trail), its control plane (HSM processes), the services that operations work with, and its front end.
 * Begin at `installation.ts`.
 */
export { startInstallation, type Installation } from './installation.ts';
export { StartError } from './data-folder.ts';
export { logLevels, parseProxy, parseQuota, type UpOptions } from './options.ts';
export {
  parseAccount,
  parseDuration,
  parseHostAndPort,
  parseHsmRate,
  parsePort,
  parseRate,
  parseRateOrNone,
  parseRegion,
} from './option-values.ts';
