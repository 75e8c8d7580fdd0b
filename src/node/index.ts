/**
 * node: composes a running installation from the other folders: the foundation (data folder, clock,
 * log, store, audit trail), the control plane (HSM processes), the services that operations use,
 * and the front end. It must not read the environment. Begin at `installation.ts`.
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
