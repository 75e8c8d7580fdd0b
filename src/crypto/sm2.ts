import { sign, verify, type KeyObject } from 'node:crypto';
import { lazySigner, type SignatureScheme } from './signature.ts';

/** SM2 (GB/T 32918), its signatures in DER, with the identity that everybody takes. All of it is loaded when first needed. */
export const sm2: SignatureScheme = {
  family: 'sm2',
  raw: lazySigner(async () => (await import('./sm2-signature.ts')).sm2Message),
  digest: {
    digestBytes: 32,
    ...lazySigner(async () => (await import('./sm2-signature.ts')).sm2Digest),
  },
};

export async function sm2Encrypt(publicKey: KeyObject, plaintext: Uint8Array): Promise<Buffer> {
  const { encrypt } = await import('./sm2-encryption.ts');
  return encrypt(publicKey, plaintext);
}

/** Rejects with `BrokenSealError`. */
export async function sm2Decrypt(privateKey: KeyObject, ciphertext: Uint8Array): Promise<Buffer> {
  const { decrypt } = await import('./sm2-encryption.ts');
  return decrypt(privateKey, ciphertext);
}

/** The x-coordinate of the point that both sides come to. */
export async function sm2Agree(privateKey: KeyObject, publicKey: KeyObject): Promise<Buffer> {
  const { numberBytes, pointOf, scalarOf } = await import('./sm2-curve.ts');
  return numberBytes(pointOf(publicKey).multiply(scalarOf(privateKey)).toAffine().x);
}

/** OpenSSL signs with SM2, too, if under another identity: enough to see whether two halves belong together. */
export function isConsistentSm2Pair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const message = Buffer.from('whole');
  return verify('sm3', message, publicKey, sign('sm3', message, privateKey));
}
