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
 * A result, or the promise of one. An engine in this process has most results at once, and waiting for them would cost
 * more than the work. A hardware token has none at once.
 */
export type EngineResult<T> = T | Promise<T>;

/**
 * All cryptography with keys. Callers wait for a result only if it is a promise (`whenReady`), and neither wipe nor reuse
 * the bytes they passed before that. What does not open throws (or rejects with) `BrokenSealError`, what is no key of its
 * kind `InvalidKeyError`, a key used for what it is not `UnfitKeyError`. A private key holds its public half: where a
 * public key is wanted, either will do.
 */
export interface Engine<Key extends EngineKey = EngineKey> {
  /** A new secret key of so many bytes. */
  generate(type: SecretKeyType, length: number): EngineResult<Key>;
  /** The private key of a new pair. */
  generatePair(kind: PairKind): EngineResult<Key>;
  publicHalf(key: Key): EngineResult<Key>;
  /** The key's material as it may be sealed into a record, and back. */
  exportMaterial(key: Key): EngineResult<Uint8Array>;
  importMaterial(form: KeyForm, material: Uint8Array): EngineResult<Key>;
  /** SubjectPublicKeyInfo, DER. */
  exportPublicKey(key: Key): EngineResult<Uint8Array>;
  /** SHA-256 over `prefix` and the key's material: PKCS#11's C_DigestKey. Tells keys apart without telling them. */
  fingerprint(key: Key, prefix: Uint8Array): EngineResult<Uint8Array>;
  /** AES-256-GCM under a key derived for this one message: nonce, IV, ciphertext, tag. */
  encrypt(key: Key, plaintext: Uint8Array, aad: Uint8Array): EngineResult<Uint8Array>;
  decrypt(key: Key, ciphertext: Uint8Array, aad: Uint8Array): EngineResult<Uint8Array>;
  encryptTo(
    publicKey: Key,
    mechanism: EncryptionMechanism,
    plaintext: Uint8Array,
  ): EngineResult<Uint8Array>;
  decryptFrom(
    privateKey: Key,
    mechanism: EncryptionMechanism,
    ciphertext: Uint8Array,
  ): EngineResult<Uint8Array>;
  sign(privateKey: Key, input: SignatureInput): EngineResult<Uint8Array>;
  verify(publicKey: Key, input: SignatureInput, signature: Uint8Array): EngineResult<boolean>;
  /** HMAC with a generic secret. */
  mac(key: Key, hash: MacHash, message: Uint8Array): EngineResult<Uint8Array>;
  verifyMac(key: Key, hash: MacHash, message: Uint8Array, mac: Uint8Array): EngineResult<boolean>;
  /** ECDH with someone's public key (SubjectPublicKeyInfo) on the same curve, else `InvalidKeyError`. */
  derive(privateKey: Key, publicKey: Uint8Array): EngineResult<Uint8Array>;
  encapsulate(
    publicKey: Key,
  ): EngineResult<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }>;
  decapsulate(privateKey: Key, ciphertext: Uint8Array): EngineResult<Uint8Array>;
  /** Secret and private keys only. `binding` is for `aes-gcm-bound`. */
  wrap(
    wrappingKey: Key,
    mechanism: WrapMechanism,
    key: Key,
    binding?: Uint8Array,
  ): EngineResult<Uint8Array>;
  unwrap(wrappingKey: Key, mechanism: WrapMechanism, wrapped: WrappedKey): EngineResult<Key>;
  /** CMS EnvelopedData for the holder of an RSA private key whose public key (SubjectPublicKeyInfo) is given; else `InvalidKeyError`. */
  sealForRecipient(publicKey: Uint8Array, content: Uint8Array): EngineResult<Uint8Array>;
  random(length: number): EngineResult<Uint8Array>;
}
