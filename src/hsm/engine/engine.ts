import type { MacHash, PairKind, SignatureMechanism } from '../../crypto/index.ts';
import type {
  EncryptionMechanism,
  KeyForm,
  SecretKeyType,
  SignedData,
  WrapMechanism,
} from '../wire/index.ts';

/** A key inside an engine; what is in it is the engine's own business. */
export type EngineKey = KeyForm & {
  /** Bytes: of a secret key's value, of a private key's PKCS#8, of a public key's SubjectPublicKeyInfo. */
  readonly length: number;
  /** `0x` and 6 hex digits; empty for generic secrets, which have none. */
  readonly checkValue: string;
};

/** Only what it is, of a key. */
export function formOf(key: EngineKey): KeyForm {
  return key.class === 'secret-key'
    ? { class: key.class, type: key.type }
    : { class: key.class, type: key.type };
}

/** The key, or the length of the data, is not for this mechanism. */
export class UnfitKeyError extends Error {
  override readonly name = 'UnfitKeyError';
}

/** An algorithm and the data that it is to sign. */
export interface SignatureInput {
  readonly mechanism: SignatureMechanism;
  readonly form: SignedData;
  readonly data: Uint8Array;
}

/** A key that comes in: its wrapped bytes, and what it is to be. */
export interface WrappedKey {
  readonly form: KeyForm;
  readonly bytes: Uint8Array;
  /** What it was bound to, by `aes-gcm-bound`. */
  readonly binding?: Uint8Array | undefined;
}

/**
 * All cryptography with keys. With secret keys synchronous: a message takes microseconds, and waiting for it would cost
 * more. What does not open throws `BrokenSealError`, what is no key of its kind `InvalidKeyError`, a key used for what it is
 * not `UnfitKeyError`. A private key holds its public half: where a public key is wanted, either will do.
 */
export interface Engine<Key extends EngineKey = EngineKey> {
  /** A new secret key of so many bytes. */
  generate(type: SecretKeyType, length: number): Key;
  /** The private key of a new pair. */
  generatePair(kind: PairKind): Promise<Key>;
  publicHalf(key: Key): Key;
  /** The key's material as it may be sealed into a record, and back. */
  exportMaterial(key: Key): Uint8Array;
  importMaterial(form: KeyForm, material: Uint8Array): Key;
  /** SubjectPublicKeyInfo, DER. */
  exportPublicKey(key: Key): Uint8Array;
  /** SHA-256 over `prefix` and the key's material: PKCS#11's C_DigestKey. Tells keys apart without telling them. */
  fingerprint(key: Key, prefix: Uint8Array): Uint8Array;
  /** AES-256-GCM under a key derived for this one message: nonce, IV, ciphertext, tag. */
  encrypt(key: Key, plaintext: Uint8Array, aad: Uint8Array): Uint8Array;
  decrypt(key: Key, ciphertext: Uint8Array, aad: Uint8Array): Uint8Array;
  encryptTo(
    publicKey: Key,
    mechanism: EncryptionMechanism,
    plaintext: Uint8Array,
  ): Promise<Uint8Array>;
  decryptFrom(
    privateKey: Key,
    mechanism: EncryptionMechanism,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array>;
  sign(privateKey: Key, signing: SignatureInput): Promise<Uint8Array>;
  verify(publicKey: Key, signing: SignatureInput, signature: Uint8Array): Promise<boolean>;
  /** HMAC with a generic secret. */
  mac(key: Key, hash: MacHash, message: Uint8Array): Uint8Array;
  verifyMac(key: Key, hash: MacHash, message: Uint8Array, mac: Uint8Array): boolean;
  /** ECDH with someone's public key (SubjectPublicKeyInfo) on the same curve, else `InvalidKeyError`. */
  derive(privateKey: Key, publicKey: Uint8Array): Promise<Uint8Array>;
  encapsulate(
    publicKey: Key,
  ): Promise<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }>;
  decapsulate(privateKey: Key, ciphertext: Uint8Array): Promise<Uint8Array>;
  /** Secret and private keys only. `binding` is for `aes-gcm-bound`. */
  wrap(wrappingKey: Key, mechanism: WrapMechanism, key: Key, binding?: Uint8Array): Uint8Array;
  unwrap(wrappingKey: Key, mechanism: WrapMechanism, wrapped: WrappedKey): Key;
  /** CMS EnvelopedData for the holder of an RSA private key whose public key (SubjectPublicKeyInfo) is given; else `InvalidKeyError`. */
  sealForRecipient(publicKey: Uint8Array, content: Uint8Array): Promise<Uint8Array>;
  random(length: number): Uint8Array;
}
