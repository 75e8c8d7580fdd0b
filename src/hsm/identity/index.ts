/**
 * hsm/identity: identity of this HSM and its cluster (hardware key, cluster key, certificates,
 * masking key), and how a joining HSM receives it. It must not know users or keys. Begin at
 * `identity.ts`.
 */
export { exportClone, genuineHardwareKey, importClone } from './clone.ts';
export {
  HsmIdentity,
  readClusterIdentity,
  type ClusterIdentity,
  type HsmIdentityState,
} from './identity.ts';
export { provisionIdentity } from './provision.ts';
export {
  acceptHardwareCertificates,
  checkClusterCertificate,
  hardwareCsr,
  tlsCredentials,
} from './certificates.ts';
