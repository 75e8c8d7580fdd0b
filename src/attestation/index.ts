/**
 * attestation: verifies the attestation documents of enclaves under a root that the operator trusts
 * (AWS Nitro's, or another of the same form), and returns what they state. It must not know KMS.
 * Begin at `verifier.ts`.
 */
export {
  AttestationError,
  createAttestationVerifier,
  type Attestation,
  type AttestationVerifier,
} from './verifier.ts';
