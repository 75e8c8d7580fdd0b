import { decapsulate, diffieHellman, encapsulate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { BrokenSealError } from './aes-gcm.ts';
import { sm2Agree } from './sm2.ts';

const agreeAsync = promisify(diffieHellman);
const encapsulateAsync = promisify(encapsulate);
const decapsulateAsync = promisify(decapsulate);

/** ECDH with cofactor 1 (SP 800-56A): the x-coordinate of the shared point. Both keys must be on the same curve. Those without a type are SM2's. */
export async function agree(privateKey: KeyObject, publicKey: KeyObject): Promise<Buffer> {
  if (privateKey.asymmetricKeyType === undefined) return sm2Agree(privateKey, publicKey);
  return agreeAsync({ privateKey, publicKey });
}

/** ML-KEM (FIPS 203): a fresh secret of 32 bytes and what carries it to the holder of the private key. */
export async function encapsulateSecret(
  publicKey: KeyObject,
): Promise<{ readonly secret: Buffer; readonly ciphertext: Buffer }> {
  const { sharedKey, ciphertext } = await encapsulateAsync(publicKey);
  return { secret: sharedKey, ciphertext };
}

/** The secret in `ciphertext`; of a forged one, a secret that nobody knows. One of a wrong length throws `BrokenSealError`. */
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
