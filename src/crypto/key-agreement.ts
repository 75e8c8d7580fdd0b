import { decapsulate, diffieHellman, encapsulate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { BrokenSealError } from './aes-gcm.ts';
import { sm2Agree } from './sm2.ts';

const agreeAsync = promisify(diffieHellman);
const encapsulateAsync = promisify(encapsulate);
const decapsulateAsync = promisify(decapsulate);

/**
 * Computes an ECDH shared secret with cofactor 1 (SP 800-56A): the x-coordinate of the shared
 * point. Both keys must be on the same curve. Node has no type name for SM2 keys.
 *
 * @example
 * ```ts
 * import { agree, makeKeyPair } from 'src/crypto/index.ts';
 *
 * const alice = makeKeyPair();
 * const bob = makeKeyPair();
 * const secret = await agree(alice.privateKey, bob.publicKey);
 * assert.deepEqual(secret, await agree(bob.privateKey, alice.publicKey));
 * ```
 */
export async function agree(privateKey: KeyObject, publicKey: KeyObject): Promise<Buffer> {
  if (privateKey.asymmetricKeyType === undefined) return sm2Agree(privateKey, publicKey);
  return agreeAsync({ privateKey, publicKey });
}

/**
 * Creates an ML-KEM (FIPS 203) secret of 32 bytes, and the ciphertext that carries it to the holder
 * of the private key.
 *
 * @example
 * ```ts
 * import {
 *   decapsulateSecret,
 *   encapsulateSecret,
 *   generatePrivateKey,
 *   publicKeyOf,
 * } from 'src/crypto/index.ts';
 *
 * const privateKey = await generatePrivateKey('ml-kem-768');
 * const { secret, ciphertext } = await encapsulateSecret(publicKeyOf(privateKey));
 * assert.deepEqual(await decapsulateSecret(privateKey, ciphertext), secret);
 * ```
 */
export async function encapsulateSecret(
  publicKey: KeyObject,
): Promise<{ readonly secret: Buffer; readonly ciphertext: Buffer }> {
  const { sharedKey, ciphertext } = await encapsulateAsync(publicKey);
  return { secret: sharedKey, ciphertext };
}

/**
 * Returns the secret that `ciphertext` carries. A forged ciphertext of the right length gives an
 * unpredictable secret. Throws `BrokenSealError` for any other length.
 */
export async function decapsulateSecret(
  privateKey: KeyObject,
  ciphertext: Uint8Array,
): Promise<Buffer> {
  try {
    return await decapsulateAsync(privateKey, ciphertext);
  } catch {
    throw new BrokenSealError();
  }
}
