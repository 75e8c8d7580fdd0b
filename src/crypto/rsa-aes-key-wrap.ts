import type { KeyObject } from 'node:crypto';
import { BrokenSealError } from './aes-gcm.ts';
import { secretKey } from './key-object.ts';
import { unwrapKey, wrapKey } from './key-wrap.ts';
import { randomBytes } from './random.ts';
import { rsaDecrypt, rsaEncrypt, type OaepHash } from './rsa-oaep.ts';

const AES_BYTES = 32;

/**
 * Wraps key material by PKCS#11's CKM_RSA_AES_KEY_WRAP: a new AES-256 key under RSA-OAEP, then the
 * material under that key by RFC 5649.
 *
 * @example
 * ```ts
 * import {
 *   generatePrivateKey,
 *   publicKeyOf,
 *   rsaAesUnwrap,
 *   rsaAesWrap,
 * } from 'src/crypto/index.ts';
 *
 * const privateKey = await generatePrivateKey('rsa-2048');
 * const material = Buffer.alloc(1_000, 7);
 * const wrapped = rsaAesWrap(publicKeyOf(privateKey), 'sha256', material);
 * assert.deepEqual(rsaAesUnwrap(privateKey, 'sha256', wrapped), material);
 * ```
 */
export function rsaAesWrap(publicKey: KeyObject, hash: OaepHash, material: Uint8Array): Buffer {
  const bytes = randomBytes(AES_BYTES);
  try {
    return Buffer.concat([rsaEncrypt(publicKey, hash, bytes), wrapKey(secretKey(bytes), material)]);
  } finally {
    bytes.fill(0);
  }
}

/** Unwraps the result of `rsaAesWrap`. Throws `BrokenSealError`. */
export function rsaAesUnwrap(privateKey: KeyObject, hash: OaepHash, wrapped: Uint8Array): Buffer {
  const length = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const bytes = rsaDecrypt(privateKey, hash, wrapped.subarray(0, length));
  try {
    if (bytes.length !== AES_BYTES) throw new BrokenSealError();
    return unwrapKey(secretKey(bytes), wrapped.subarray(length));
  } finally {
    bytes.fill(0);
  }
}
