import { sign, verify, type KeyObject } from 'node:crypto';
import { lazySigner, type SignatureScheme } from './signature.ts';

/**
 * SM2 signatures (GB/T 32918) in DER, under the default identity. The code is loaded when first
 * needed.
 */
export const sm2: SignatureScheme = {
  family: 'sm2',
  raw: lazySigner(async () => (await import('./sm2-signature.ts')).sm2Message),
  digest: {
    digestBytes: 32,
    ...lazySigner(async () => (await import('./sm2-signature.ts')).sm2Digest),
  },
};

/**
 * Encrypts with SM2.
 *
 * @example
 * ```ts
 * import { generatePrivateKey, publicKeyOf, sm2Decrypt, sm2Encrypt } from 'src/crypto/index.ts';
 *
 * const privateKey = await generatePrivateKey('sm2');
 * const ciphertext = await sm2Encrypt(publicKeyOf(privateKey), Buffer.from('secret'));
 * assert.equal((await sm2Decrypt(privateKey, ciphertext)).toString(), 'secret');
 * ```
 */
export async function sm2Encrypt(publicKey: KeyObject, plaintext: Uint8Array): Promise<Buffer> {
  const { encrypt } = await import('./sm2-encryption.ts');
  return encrypt(publicKey, plaintext);
}

/** Rejects with `BrokenSealError`. */
export async function sm2Decrypt(privateKey: KeyObject, ciphertext: Uint8Array): Promise<Buffer> {
  const { decrypt } = await import('./sm2-encryption.ts');
  return decrypt(privateKey, ciphertext);
}

/** Returns the x-coordinate of the shared point. */
export async function sm2Agree(privateKey: KeyObject, publicKey: KeyObject): Promise<Buffer> {
  const { numberBytes, pointOf, scalarOf } = await import('./sm2-curve.ts');
  return numberBytes(pointOf(publicKey).multiply(scalarOf(privateKey)).toAffine().x);
}

/**
 * Checks that both halves belong together. OpenSSL can sign with SM2, although under another
 * identity. That is enough for this check.
 */
export function isConsistentSm2Pair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const message = Buffer.from('whole');
  return verify('sm3', message, publicKey, sign('sm3', message, privateKey));
}
