/**
 * hsm/identity: who this HSM and its cluster are: hardware key, cluster key, certificates, masking key, and how a joining
 * HSM gets them. It must not know users or keys. Begin at `identity.ts`.
 */
export { exportClone, importClone } from './clone.ts';
export { Identity, type IdentityFacts } from './identity.ts';
export { birthIdentity } from './provision.ts';
export {
  acceptHardwareCertificates,
  checkClusterCertificate,
  hardwareCsr,
  tlsFacts,
} from './certificates.ts';
