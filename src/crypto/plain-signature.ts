import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/**
 * Signs with SHA-256 and ECDSA (DER) or RSASSA-PKCS1-v1_5, depending on the key.
 */
export function signSha256(privateKey: KeyObject, data: Uint8Array): Buffer {
  return sign('sha256', data, privateKey);
}

/**
 * Verifies a signature by `signSha256`. Returns false for bytes that are not a signature at all.
 *
 * @example
 * ```ts
 * import { sign } from 'node:crypto';
 * import { makeKeyPair, verifySha256 } from 'src/crypto/index.ts';
 *
 * const { privateKey, publicKey } = makeKeyPair();
 * const data = Buffer.from('data');
 * assert.ok(verifySha256(publicKey, data, sign('sha256', data, privateKey)));
 * ```
 */
export function verifySha256(
  publicKey: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify('sha256', data, publicKey, signature);
}

/**
 * Reads the PEM of a public key that verifies approvals and logs: RSA-2048 or EC P-256. Returns
 * undefined for anything else.
 */
export function readSigningKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key;
    const fits =
      kind === 'rsa'
        ? details?.modulusLength === 2048
        : kind === 'ec' && details?.namedCurve === 'prime256v1';
    // Node would read a private key's PEM as its public half. Reject it, so that its owner learns
    // that it was sent.
    return fits && !pem.includes('PRIVATE') ? key : undefined;
  } catch {
    return undefined;
  }
}
