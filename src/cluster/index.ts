/**
 * cluster: the control plane. It brings clusters and HSM processes to the state that their rows
 * specify, supervises the processes, and runs the managed HSM of the default key store. It must not
 * know keys or KMS, and the control channel to an HSM has no commands that use keys.
 * Begin at `contract.ts`, then `reconcile.ts`: every step derives its work from the current state,
 * so that it can be interrupted at any point.
 */
export type { ClusterControl } from './contract.ts';
export type { HsmStatus } from '../hsm/wire/index.ts';
export { openAuthorities } from './authorities.ts';
export { startClusterControl } from './cluster-control.ts';
export { startManagedHsms, type ManagedHsms } from './managed/managed-hsms.ts';
export { openRecoveryFile } from './managed/admin-recovery.ts';
export { LOCAL, recordedPlace } from './managed/place.ts';
export { enrol, readHostIdentity, type HostIdentity } from './remote/enrol.ts';
export { HostFiles } from './remote/host-files.ts';
export { openHostAuthority } from './remote/host-identity.ts';
export { HsmHosts, hostsFolder } from './remote/hosts.ts';
export { serveHsms } from './remote/serve.ts';
export { decodeToken, encodeToken } from './remote/token.ts';
export { launchHsmAt } from './launch.ts';
