/**
 * attestation: what an enclave's attestation document says, if its signature chains to a root that the operator trusts
 * (AWS Nitro's, or another of the same form). It must not know KMS. Begin at `verifier.ts`.
 */
export {
  AttestationError,
  createAttestationVerifier,
  type Attestation,
  type AttestationVerifier,
} from './verifier.ts';
