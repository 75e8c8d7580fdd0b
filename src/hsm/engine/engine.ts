import type { MacHash, PairKind, SignatureMechanism } from '../../crypto/index.ts';
import type {
  EncryptionMechanism,
  KeyForm,
  SecretKeyType,
  SignedData,
  WrapMechanism,
} from '../wire/index.ts';

/** A key in an engine. Its representation is private to the engine. */
export type EngineKey = KeyForm & {
  /**
   * Length in bytes of a secret key's value, a private key's PKCS#8, or a public key's
   * SubjectPublicKeyInfo.
   */
  readonly length: number;
  /** `0x` and 6 hex digits. Empty for generic secrets, which have none. */
  readonly checkValue: string;
};

/** Returns only the form of a key. */
export function formOf(key: EngineKey): KeyForm {
  return key.class === 'secret-key'
    ? { class: key.class, type: key.type }
    : { class: key.class, type: key.type };
}

/** The key or the length of the data does not fit the mechanism. */
export class UnfitKeyError extends Error {
  override readonly name = 'UnfitKeyError';
}

/** Data to sign, and the algorithm. */
export interface SignatureInput {
  readonly mechanism: SignatureMechanism;
  readonly form: SignedData;
  readonly data: Uint8Array;
}

/** A wrapped key, and its form after unwrapping. */
export interface WrappedKey {
  readonly form: KeyForm;
  readonly bytes: Uint8Array;
  /** Data that the key is bound to, with `aes-gcm-bound`. */
  readonly binding?: Uint8Array | undefined;
}

/**
 * A result, or a promise of it. An engine in this process returns most results synchronously,
 * because waiting would cost more than the work. A hardware token returns promises.
 */
export type EngineResult<T> = T | Promise<T>;

/**
 * All cryptography with keys. Callers wait only if the result is a promise (`whenReady`), and do
 * not wipe or reuse their input before that.
 *
 * Errors, thrown or as rejections: `BrokenSealError` for invalid ciphertexts, `InvalidKeyError` for
 * bytes that are not a key of the given form, and `UnfitKeyError` for a key that the mechanism does
 * not support. A private key contains its public half, so it can be used where a public key is
 * needed.
 */
export interface Engine<Key extends EngineKey = EngineKey> {
  /** Generates a secret key of `length` bytes. */
  generate(type: SecretKeyType, length: number): EngineResult<Key>;
  /** Generates a key pair and returns its private key. */
  generatePair(kind: PairKind): EngineResult<Key>;
  publicHalf(key: Key): EngineResult<Key>;
  /** Exports the key's material for a sealed record. `importMaterial` reverses it. */
  exportMaterial(key: Key): EngineResult<Uint8Array>;
  importMaterial(form: KeyForm, material: Uint8Array): EngineResult<Key>;
  /** Returns SubjectPublicKeyInfo in DER. */
  exportPublicKey(key: Key): EngineResult<Uint8Array>;
  /**
   * Returns the SHA-256 of `prefix` and the key's material (PKCS#11's C_DigestKey). It identifies
   * the key without revealing it.
   */
  fingerprint(key: Key, prefix: Uint8Array): EngineResult<Uint8Array>;
  /**
   * Encrypts with AES-256-GCM under a key derived for this message. Returns nonce, IV, ciphertext
   * and tag.
   */
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
  /** Computes an HMAC with a generic secret. */
  mac(key: Key, hash: MacHash, message: Uint8Array): EngineResult<Uint8Array>;
  verifyMac(key: Key, hash: MacHash, message: Uint8Array, mac: Uint8Array): EngineResult<boolean>;
  /**
   * Computes an ECDH shared secret with another party's SubjectPublicKeyInfo. Throws
   * `InvalidKeyError` if that key is not on the same curve.
   */
  derive(privateKey: Key, publicKey: Uint8Array): EngineResult<Uint8Array>;
  encapsulate(
    publicKey: Key,
  ): EngineResult<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }>;
  decapsulate(privateKey: Key, ciphertext: Uint8Array): EngineResult<Uint8Array>;
  /** Wraps a secret or private key. `binding` is for `aes-gcm-bound`. */
  wrap(
    wrappingKey: Key,
    mechanism: WrapMechanism,
    key: Key,
    binding?: Uint8Array,
  ): EngineResult<Uint8Array>;
  unwrap(wrappingKey: Key, mechanism: WrapMechanism, wrapped: WrappedKey): EngineResult<Key>;
  /**
   * Encrypts for the holder of an RSA private key. `publicKey` is SubjectPublicKeyInfo. Returns CMS
   * EnvelopedData. Throws `InvalidKeyError` if it is not an RSA key.
   */
  sealForRecipient(publicKey: Uint8Array, content: Uint8Array): EngineResult<Uint8Array>;
  random(length: number): EngineResult<Uint8Array>;
}
