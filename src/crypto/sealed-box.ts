import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { BrokenSealError, open, seal } from './aes-gcm.ts';
import { deriveKey } from './counter-kdf.ts';
import { secretKey } from './key-object.ts';
import { makeKeyPair } from './x509.ts';

const LABEL = 'keyhold sealed box';
/** Length of a P-256 public key as SubjectPublicKeyInfo in DER. */
const PUBLIC_KEY_BYTES = 91;

/**
 * Encrypts for the holder of a P-256 private key, with an ephemeral key (ECDH) and AES-256-GCM.
 * Returns the ephemeral public key, then the ciphertext.
 *
 * @example
 * ```ts
 * import { makeKeyPair, openBox, sealBox } from 'src/crypto/index.ts';
 *
 * const recipient = makeKeyPair();
 * const aad = Buffer.from('for this purpose only');
 * const sealed = sealBox(recipient.publicKey, Buffer.from('secret'), aad);
 * assert.equal(openBox(recipient.privateKey, sealed, aad).toString(), 'secret');
 * ```
 */
export function sealBox(recipient: KeyObject, plaintext: Uint8Array, aad: Uint8Array): Buffer {
  const ephemeral = makeKeyPair();
  const publicKey = ephemeral.publicKey.export({ type: 'spki', format: 'der' });
  const key = agreedKey(ephemeral.privateKey, recipient, publicKey);
  return Buffer.concat([publicKey, seal(key, plaintext, aad)]);
}

/** Decrypts the result of `sealBox`. Throws `BrokenSealError`. */
export function openBox(privateKey: KeyObject, sealed: Uint8Array, aad: Uint8Array): Buffer {
  const publicKey = Buffer.from(sealed.subarray(0, PUBLIC_KEY_BYTES));
  return open(
    agreedKey(privateKey, readPublicKey(publicKey), publicKey),
    sealed.subarray(PUBLIC_KEY_BYTES),
    aad,
  );
}

function agreedKey(privateKey: KeyObject, publicKey: KeyObject, context: Uint8Array): Buffer {
  return deriveKey(secretKey(diffieHellman({ privateKey, publicKey })), LABEL, context, 32);
}

function readPublicKey(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw new BrokenSealError();
  }
}
