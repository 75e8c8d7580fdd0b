import {
  constants,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  type KeyObject,
} from 'node:crypto';
import { equalBytes } from './hash.ts';
import { randomBytes } from './random.ts';
import { isConsistentSm2Pair } from './sm2.ts';

/** One half of a key pair. Neither logs nor `inspect` show its bytes. */
export type AsymmetricKey = KeyObject;

/** The bytes are not a key, or not a key of the requested kind. */
export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError';

  constructor(message = 'bytes are not such a key') {
    super(message);
  }
}

/**
 * Reads PKCS#8 (RFC 5958) in DER. Throws `InvalidKeyError`.
 *
 * @example
 * ```ts
 * import {
 *   generatePrivateKey,
 *   isOfKind,
 *   readPrivateKey,
 *   writePrivateKey,
 * } from 'src/crypto/index.ts';
 *
 * const pkcs8 = writePrivateKey(await generatePrivateKey('secp256r1'));
 * const privateKey = readPrivateKey(pkcs8);
 * assert.ok(isOfKind(privateKey, 'secp256r1'));
 * assert.throws(() => readPrivateKey(pkcs8.subarray(1)), /bytes are not such a key/);
 * ```
 */
export function readPrivateKey(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: bufferOf(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    // Without the cause: it may quote the key.
    throw new InvalidKeyError();
  }
}

/** Reads SubjectPublicKeyInfo (RFC 5280) in DER. Throws `InvalidKeyError`. */
export function readPublicKey(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: bufferOf(spki), format: 'der', type: 'spki' });
  } catch {
    throw new InvalidKeyError();
  }
}

/** Least public exponent of an RSA key that others may encrypt under (FIPS 186-5, A.1.1). */
const MIN_RSA_EXPONENT = 65_537n;

/**
 * Returns whether encryption under this public key hides the plaintext: true for every key but RSA
 * keys with a small or even public exponent. With exponent 1, the ciphertext is the padded
 * plaintext.
 */
export function hasSafeExponent(publicKey: KeyObject): boolean {
  const { publicExponent } = publicKey.asymmetricKeyDetails ?? {};
  if (publicExponent === undefined) return true;
  return publicExponent >= MIN_RSA_EXPONENT && publicExponent % 2n === 1n;
}

/** Returns PKCS#8 in DER. ML-DSA and ML-KEM keys are written as their seed. */
export function writePrivateKey(key: KeyObject): Buffer {
  return key.export({ type: 'pkcs8', format: 'der' });
}

/** Returns SubjectPublicKeyInfo in DER. */
export function writePublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

export function publicKeyOf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Checks that the public half of a private key belongs to it. For RSA, EC and SM2, OpenSSL trusts
 * the public half that a PKCS#8 states. For other kinds, it computes the public half itself.
 */
export function isConsistentPair(privateKey: KeyObject): boolean {
  if (privateKey.asymmetricKeyType === 'rsa') return isConsistentRsaPair(privateKey);
  if (privateKey.asymmetricKeyType === undefined)
    return isConsistentSm2Pair(privateKey, publicKeyOf(privateKey));
  return privateKey.asymmetricKeyType !== 'ec' || isConsistentEcPair(privateKey);
}

function isConsistentRsaPair(privateKey: KeyObject): boolean {
  const padding = constants.RSA_NO_PADDING;
  const number = randomBytes((privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  number[0] = 0;
  try {
    return equalBytes(
      privateDecrypt(
        { key: privateKey, padding },
        publicEncrypt({ key: privateKey, padding }, number),
      ),
      number,
    );
  } catch {
    return false;
  }
}

function isConsistentEcPair(privateKey: KeyObject): boolean {
  const { namedCurve = '' } = privateKey.asymmetricKeyDetails ?? {};
  const scalar = privateKey.export({ format: 'raw-private' });
  const again = createPrivateKey({
    key: scalar,
    format: 'raw-private',
    asymmetricKeyType: 'ec',
    namedCurve,
  });
  scalar.fill(0);
  return publicKeyOf(again).equals(publicKeyOf(privateKey));
}
