import { createPublicKey, type KeyObject } from 'node:crypto';
import { sha256Hex } from './hash.ts';
import { writePublicKey } from './key-der.ts';

/** Reads SubjectPublicKeyInfo in DER. Returns undefined unless it is an EC P-256 key. */
export function decodePublicKey(der: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the SHA-256 of the key's SubjectPublicKeyInfo, as 64 hex digits.
 *
 * @example
 * ```ts
 * import { writePublicKey, fingerprintOf, makeKeyPair, sha256Hex } from 'src/crypto/index.ts';
 *
 * const { publicKey } = makeKeyPair();
 * assert.equal(fingerprintOf(publicKey), sha256Hex(writePublicKey(publicKey)));
 * ```
 */
export function fingerprintOf(publicKey: KeyObject): string {
  return sha256Hex(writePublicKey(publicKey));
}
