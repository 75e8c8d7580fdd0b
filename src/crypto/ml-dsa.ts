import { lazySigner, messageSigner, type SignatureScheme } from './signature.ts';

/**
 * ML-DSA (FIPS 204), without context. The "digest" is the message representative µ that the caller made of public key and
 * message, which Node doesn't take.
 */
export const mlDsa: SignatureScheme = {
  family: 'ml-dsa',
  raw: messageSigner(undefined),
  digest: {
    digestBytes: 64,
    ...lazySigner(async () => (await import('./ml-dsa-representative.ts')).mlDsaRepresentative),
  },
};
