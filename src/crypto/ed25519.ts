import { lazySigner, messageSigner, type SignatureScheme } from './signature.ts';

/** Ed25519 (RFC 8032), over messages only. */
export const ed25519: SignatureScheme = { family: 'ed25519', raw: messageSigner(undefined) };

/** Ed25519ph (RFC 8032) without context, over SHA-512 digests of messages. */
export const ed25519ph: SignatureScheme = {
  family: 'ed25519',
  digest: {
    digestBytes: 64,
    ...lazySigner(async () => (await import('./ed25519ph.ts')).ed25519Digest),
  },
};
