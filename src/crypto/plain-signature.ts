import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** SHA-256 with ECDSA (DER) or RSASSA-PKCS1-v1_5, by the kind of the key. */
export function signSha256(privateKey: KeyObject, data: Uint8Array): Buffer {
  return sign('sha256', data, privateKey);
}

/** Whether the signature is of this data by this key. What can't be read as a signature is none. */
export function verifySha256(
  publicKey: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify('sha256', data, publicKey, signature);
}

/** A public key that signs approvals and logs: RSA-2048 or EC P-256, PEM. Undefined for all else. */
export function readSigningKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key;
    const fits =
      kind === 'rsa'
        ? details?.modulusLength === 2048
        : kind === 'ec' && details?.namedCurve === 'prime256v1';
    // A private key's PEM would be read as its public half; whoever sends one should know that it went over the wire.
    return fits && !pem.includes('PRIVATE') ? key : undefined;
  } catch {
    return undefined;
  }
}
