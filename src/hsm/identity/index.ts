/**
 * hsm/identity: who this HSM and its cluster are: hardware key, cluster key, certificates, masking key, and how a joining
 * HSM gets them. It must not know users or keys. Begin at `identity.ts`.
 */
export { exportClone, importClone } from './clone.ts';
export { HsmIdentity, type ClusterIdentity, type HsmIdentityState } from './identity.ts';
export { provisionIdentity } from './provision.ts';
export {
  acceptHardwareCertificates,
  checkClusterCertificate,
  hardwareCsr,
  tlsCredentials,
} from './certificates.ts';
