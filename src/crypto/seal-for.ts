import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { InvalidKeyError } from './key-der.ts';
import { rsaDecrypt, rsaEncrypt } from './rsa-oaep.ts';
import { openBox, sealBox } from './sealed-box.ts';

const MIN_RSA_BITS = 2_048;
const KINDS = `an RSA key of at least ${MIN_RSA_BITS} bits or an EC key on P-256`;

/**
 * Reads the public key of somebody for whom `sealFor` can encrypt: RSA of at least 2048 bits, or EC
 * on P-256. `pem` may also be a certificate. Throws `InvalidKeyError`.
 */
export function readRecipientKey(pem: string): KeyObject {
  // A file with a private key would work, too. It must not be here.
  if (pem.includes('PRIVATE KEY')) throw new InvalidKeyError('the file has a private key');
  const key = attempt(() => createPublicKey(pem));
  requireSealable(key);
  return key;
}

/** Reads the private key for `openFor`, PEM without passphrase. Throws `InvalidKeyError`. */
export function readRecipientPrivateKey(pem: string): KeyObject {
  const key = attempt(() => createPrivateKey(pem));
  requireSealable(key);
  return key;
}

/**
 * Encrypts a short secret for the holder of an RSA key (RSAES-OAEP with SHA-256, so that openssl
 * can decrypt it) or of a P-256 key (`sealBox`). `purpose` is bound to the result of `sealBox`.
 *
 * @example
 * ```ts
 * import { makeKeyPair, openFor, sealFor } from 'src/crypto/index.ts';
 *
 * const owner = makeKeyPair();
 * const sealed = sealFor(owner.publicKey, Buffer.from('secret'), 'an example');
 * assert.equal(openFor(owner.privateKey, sealed, 'an example').toString(), 'secret');
 * ```
 */
export function sealFor(recipient: KeyObject, secret: Uint8Array, purpose: string): Buffer {
  return recipient.asymmetricKeyType === 'rsa'
    ? rsaEncrypt(recipient, 'sha256', secret)
    : sealBox(recipient, secret, Buffer.from(purpose));
}

/** Decrypts the result of `sealFor`. Throws `BrokenSealError`. */
export function openFor(privateKey: KeyObject, sealed: Uint8Array, purpose: string): Buffer {
  return privateKey.asymmetricKeyType === 'rsa'
    ? rsaDecrypt(privateKey, 'sha256', sealed)
    : openBox(privateKey, sealed, Buffer.from(purpose));
}

function requireSealable({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): void {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return;
  if (asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return;
  throw new InvalidKeyError(`must be ${KINDS}`);
}

function attempt(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    // Without the cause: it may quote the key.
    throw new InvalidKeyError(`must be ${KINDS}, in PEM`);
  }
}
