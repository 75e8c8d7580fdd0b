import {
  agree,
  decapsulateSecret,
  encapsulateSecret,
  familyOf,
  InvalidKeyError,
  isOfKind,
  readPublicKey,
  rsaDecrypt,
  rsaEncrypt,
  sealForRecipient,
  signatureSchemes,
  type OaepHash,
  type PairFamily,
  type SignatureScheme,
  type Signer,
} from '../../crypto/index.ts';
import type { EncryptionMechanism } from '../wire/index.ts';
import { UnfitKeyError, type Signing } from './engine.ts';
import { pairOf, privateOf, publicOf, type SoftwareKey } from './software-key.ts';

export const OAEP_HASHES: Readonly<Record<EncryptionMechanism, OaepHash>> = { 'rsa-oaep-sha1': 'sha1', 'rsa-oaep-sha256': 'sha256' };
/** What OAEP adds: twice its hash and two bytes (RFC 8017, section 7.1.1). */
const OAEP_OVERHEAD: Readonly<Record<OaepHash, number>> = { sha1: 42, sha256: 66 };

export async function sign(key: SoftwareKey, signing: Signing): Promise<Uint8Array> {
  return signerFor(key, signing).sign(privateOf(key), signing.data);
}

export async function verify(key: SoftwareKey, signing: Signing, signature: Uint8Array): Promise<boolean> {
  return signerFor(key, signing).verify(publicOf(key), signing.data, signature);
}

export function encryptTo(key: SoftwareKey, mechanism: EncryptionMechanism, plaintext: Uint8Array): Uint8Array {
  requireFamily(key, 'rsa');
  const publicKey = publicOf(key);
  const hash = OAEP_HASHES[mechanism];
  const room = (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8 - OAEP_OVERHEAD[hash];
  if (plaintext.length > room) throw new UnfitKeyError(`the key takes at most ${room} bytes`);
  return rsaEncrypt(publicKey, hash, plaintext);
}

export function decryptFrom(key: SoftwareKey, mechanism: EncryptionMechanism, ciphertext: Uint8Array): Uint8Array {
  requireFamily(key, 'rsa');
  return rsaDecrypt(privateOf(key), OAEP_HASHES[mechanism], ciphertext);
}

export async function derive(key: SoftwareKey, peer: Uint8Array): Promise<Uint8Array> {
  requireFamily(key, 'ec');
  const publicKey = readPublicKey(peer);
  if (!isOfKind(publicKey, pairOf(key).type)) throw new InvalidKeyError('the public key is on another curve');
  return agree(privateOf(key), publicKey);
}

export async function encapsulate(key: SoftwareKey): Promise<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }> {
  requireFamily(key, 'ml-kem');
  return encapsulateSecret(publicOf(key));
}

export async function decapsulate(key: SoftwareKey, ciphertext: Uint8Array): Promise<Uint8Array> {
  requireFamily(key, 'ml-kem');
  return decapsulateSecret(privateOf(key), ciphertext);
}

export async function sealFor(recipient: Uint8Array, content: Uint8Array): Promise<Uint8Array> {
  const publicKey = readPublicKey(recipient);
  if (publicKey.asymmetricKeyType !== 'rsa') throw new InvalidKeyError('the recipient has no RSA key');
  return sealForRecipient(publicKey, content);
}

export function requireFamily(key: SoftwareKey, family: PairFamily): void {
  const { type } = pairOf(key);
  if (familyOf(type) !== family) throw new UnfitKeyError(`a ${type} key is not for this mechanism`);
}

function signerFor(key: SoftwareKey, { mechanism, form, data }: Signing): Signer {
  const scheme: SignatureScheme = signatureSchemes[mechanism];
  requireFamily(key, scheme.family);
  const signer = form === 'raw' ? scheme.raw : scheme.digest;
  if (!signer) throw new UnfitKeyError(`${mechanism} does not sign ${form} data`);
  if (signer === scheme.digest && data.length !== scheme.digest.digestBytes) {
    throw new UnfitKeyError(`${mechanism} signs digests of ${scheme.digest.digestBytes} bytes`);
  }
  return signer;
}
