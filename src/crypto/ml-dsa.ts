import { lazySigner, messageSigner, type SignatureScheme } from './signature.ts';

/**
 * ML-DSA (FIPS 204) without context. Its "digest" is the message representative µ, which the caller
 * computes from public key and message. Node does not accept it.
 */
export const mlDsa: SignatureScheme = {
  family: 'ml-dsa',
  raw: messageSigner(undefined),
  digest: {
    digestBytes: 64,
    ...lazySigner(async () => (await import('./ml-dsa-representative.ts')).mlDsaRepresentative),
  },
};
