import { constants, privateDecrypt, publicEncrypt, type KeyObject } from 'node:crypto';
import { BrokenSealError } from './aes-gcm.ts';

const { RSA_PKCS1_OAEP_PADDING } = constants;

export type OaepHash = 'sha1' | 'sha256';

/**
 * Encrypts with RSAES-OAEP (RFC 8017) without label. MGF1 uses the same hash.
 *
 * @example
 * ```ts
 * import { generatePrivateKey, publicKeyOf, rsaDecrypt, rsaEncrypt } from 'src/crypto/index.ts';
 *
 * const privateKey = await generatePrivateKey('rsa-2048');
 * const ciphertext = rsaEncrypt(publicKeyOf(privateKey), 'sha256', Buffer.from('secret'));
 * assert.equal(rsaDecrypt(privateKey, 'sha256', ciphertext).toString(), 'secret');
 * ```
 */
export function rsaEncrypt(publicKey: KeyObject, hash: OaepHash, plaintext: Uint8Array): Buffer {
  return publicEncrypt(
    { key: publicKey, padding: RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
    plaintext,
  );
}

/** Decrypts the result of `rsaEncrypt`. Throws `BrokenSealError`. */
export function rsaDecrypt(privateKey: KeyObject, hash: OaepHash, ciphertext: Uint8Array): Buffer {
  try {
    return privateDecrypt(
      { key: privateKey, padding: RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
      ciphertext,
    );
  } catch {
    throw new BrokenSealError();
  }
}
