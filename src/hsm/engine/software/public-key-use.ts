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
  sm2Decrypt,
  sm2Encrypt,
  type AsymmetricKey,
  type OaepHash,
  type PairFamily,
  type SignatureScheme,
  type Signer,
} from '../../../crypto/index.ts';
import type { EncryptionMechanism } from '../../wire/index.ts';
import { UnfitKeyError, type SignatureInput } from '../engine.ts';
import { pairOf, privateOf, publicOf, type SoftwareKey } from './software-key.ts';

interface EncryptionScheme {
  readonly family: PairFamily;
  /** Maximum plaintext length for a key. */
  readonly maxPlaintextBytes: (publicKey: AsymmetricKey) => number;
  readonly encrypt: (
    publicKey: AsymmetricKey,
    plaintext: Uint8Array,
  ) => Uint8Array | Promise<Uint8Array>;
  readonly decrypt: (
    privateKey: AsymmetricKey,
    ciphertext: Uint8Array,
  ) => Uint8Array | Promise<Uint8Array>;
}

const encryptions: Readonly<Record<EncryptionMechanism, EncryptionScheme>> = {
  'rsa-oaep-sha1': oaep('sha1'),
  'rsa-oaep-sha256': oaep('sha256'),
  sm2: {
    family: 'sm2',
    maxPlaintextBytes: () => Infinity,
    encrypt: sm2Encrypt,
    decrypt: sm2Decrypt,
  },
};

function oaep(hash: OaepHash): EncryptionScheme {
  return {
    family: 'rsa',
    maxPlaintextBytes: (publicKey) => oaepMaxBytes(publicKey, hash),
    encrypt: (publicKey, plaintext) => rsaEncrypt(publicKey, hash, plaintext),
    decrypt: (privateKey, ciphertext) => rsaDecrypt(privateKey, hash, ciphertext),
  };
}

/** Maximum plaintext length of OAEP (RFC 8017, section 7.1.1), in bytes. */
export function oaepMaxBytes({ asymmetricKeyDetails }: AsymmetricKey, hash: OaepHash): number {
  return (asymmetricKeyDetails?.modulusLength ?? 0) / 8 - { sha1: 42, sha256: 66 }[hash];
}

export async function sign(key: SoftwareKey, signing: SignatureInput): Promise<Uint8Array> {
  return signerFor(key, signing).sign(privateOf(key), signing.data);
}

export async function verify(
  key: SoftwareKey,
  signing: SignatureInput,
  signature: Uint8Array,
): Promise<boolean> {
  return signerFor(key, signing).verify(publicOf(key), signing.data, signature);
}

export async function encryptTo(
  key: SoftwareKey,
  mechanism: EncryptionMechanism,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const { family, maxPlaintextBytes: room, encrypt } = encryptions[mechanism];
  requireFamily(key, family);
  const publicKey = publicOf(key);
  const most = room(publicKey);
  if (plaintext.length > most)
    throw new UnfitKeyError(`the plaintext exceeds the maximum of ${most} bytes for this key`);
  return encrypt(publicKey, plaintext);
}

export async function decryptFrom(
  key: SoftwareKey,
  mechanism: EncryptionMechanism,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const { family, decrypt } = encryptions[mechanism];
  requireFamily(key, family);
  return decrypt(privateOf(key), ciphertext);
}

export async function derive(key: SoftwareKey, peer: Uint8Array): Promise<Uint8Array> {
  requireFamily(key, 'ec', 'sm2');
  const publicKey = readPublicKey(peer);
  if (!isOfKind(publicKey, pairOf(key).type))
    throw new InvalidKeyError('the public key is not on the same curve');
  return agree(privateOf(key), publicKey);
}

export async function encapsulate(
  key: SoftwareKey,
): Promise<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }> {
  requireFamily(key, 'ml-kem');
  return encapsulateSecret(publicOf(key));
}

export async function decapsulate(key: SoftwareKey, ciphertext: Uint8Array): Promise<Uint8Array> {
  requireFamily(key, 'ml-kem');
  return decapsulateSecret(privateOf(key), ciphertext);
}

export async function sealForRsaRecipient(
  recipient: Uint8Array,
  content: Uint8Array,
): Promise<Uint8Array> {
  const publicKey = readPublicKey(recipient);
  if (publicKey.asymmetricKeyType !== 'rsa')
    throw new InvalidKeyError('the key of the recipient is not an RSA key');
  return sealForRecipient(publicKey, content);
}

export function requireFamily(key: SoftwareKey, ...families: readonly PairFamily[]): void {
  const { type } = pairOf(key);
  if (!families.includes(familyOf(type)))
    throw new UnfitKeyError(`the mechanism does not support ${type} keys`);
}

function signerFor(key: SoftwareKey, { mechanism, form, data }: SignatureInput): Signer {
  const scheme: SignatureScheme = signatureSchemes[mechanism];
  requireFamily(key, scheme.family);
  const signer = form === 'raw' ? scheme.raw : scheme.digest;
  if (!signer) throw new UnfitKeyError(`${mechanism} does not support ${form} data`);
  if (signer === scheme.digest && data.length !== scheme.digest.digestBytes) {
    throw new UnfitKeyError(`${mechanism} requires digests of ${scheme.digest.digestBytes} bytes`);
  }
  return signer;
}
