import type {
  EncryptionAlgorithm,
  KeyUsage,
  MacAlgorithm,
  MaterialRow,
  MaterialType,
  MessageType,
  PairKind,
  SigningAlgorithm,
} from '../domain/index.ts';

/** Place and kind of new key material: what a `MaterialRow` takes from the key store. */
export type MaterialLocation = Pick<
  MaterialRow,
  'kind' | 'token' | 'domainKeyHandle' | 'handle' | 'publicKey'
>;

/** The part of a `MaterialRow` that a key store needs to find the material in its HSMs. */
export type StoredMaterial = MaterialLocation & Pick<MaterialRow, 'materialId'>;

/** Request for new key material. */
export interface NewMaterial {
  /** ARN of the KMS key. Becomes the HSM key's label in a CloudHSM key store. */
  readonly keyArn: string;
  /** 64 hex digits. Becomes the HSM key's ID. */
  readonly materialId: string;
  /** Kind and length of the material, from the key spec. */
  readonly type: MaterialType;
  /** Usage of the KMS key. The material allows no other. */
  readonly usage: KeyUsage;
}

/** Request for a key pair that unwraps material for one KMS key. */
export interface NewWrappingPair extends Pick<NewMaterial, 'materialId' | 'type'> {
  readonly unwraps: Pick<NewMaterial, 'type' | 'usage'>;
}

/**
 * Key material and the parameters to encrypt with it. `aad` binds the ciphertext to its key and
 * encryption context. Asymmetric algorithms ignore it.
 */
export interface EncryptionInput {
  readonly material: MaterialRow;
  readonly aad: Uint8Array;
  readonly algorithm?: EncryptionAlgorithm;
}

/** Message to sign or verify, and the algorithm. */
export interface SigningInput {
  readonly algorithm: SigningAlgorithm;
  readonly messageType: MessageType;
  readonly message: Uint8Array;
}

/**
 * Form in which a new secret is also returned, if `reveal`: as plaintext, or for `recipient` as CMS
 * EnvelopedData.
 */
export interface RevealOptions extends RecipientOptions {
  readonly reveal: boolean;
}

export interface RecipientOptions {
  /**
   * SubjectPublicKeyInfo of an RSA key, in DER. If set, the secret is returned as CMS EnvelopedData
   * for this key.
   */
  readonly recipient?: Uint8Array | undefined;
}

export interface RandomKey {
  readonly plaintext?: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * New key pair: `publicKey` as SubjectPublicKeyInfo and `privateKey` as PKCS#8, both in DER.
 * `ciphertext` is the encrypted private key.
 */
export interface RandomPair {
  readonly publicKey: Uint8Array;
  readonly privateKey?: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Key material that its owner wrapped for an import. */
export interface WrappedMaterial {
  readonly type: MaterialType;
  readonly algorithm: ImportAlgorithm;
  readonly wrapped: Uint8Array;
  /** Prepended to the material when its fingerprint is computed. */
  readonly prefix: Uint8Array;
}

export type ImportAlgorithm =
  | 'RSAES_OAEP_SHA_1'
  | 'RSAES_OAEP_SHA_256'
  | 'RSA_AES_KEY_WRAP_SHA_1'
  | 'RSA_AES_KEY_WRAP_SHA_256';

/** Result of an import. `length` is in bytes, `fingerprint` the SHA-256 of prefix and material. */
export interface ImportedMaterial {
  readonly location: MaterialLocation;
  readonly length: number;
  readonly fingerprint: Uint8Array;
}

/**
 * A key store: creates, keeps and uses key material in its HSMs only. Methods throw `KeyStoreError`
 * and nothing else.
 */
export interface KeyStore {
  /** Throws `unsupported` if this kind of key store cannot create such material. */
  createMaterial(request: NewMaterial): Promise<MaterialLocation>;
  /**
   * Creates a pair for one import. What it unwraps can become nothing but the named material.
   * Throws `unsupported` if the key store imports none.
   */
  createWrappingPair(request: NewWrappingPair): Promise<MaterialLocation>;
  /**
   * Imports material that was wrapped with the public key of `wrappingPair`, a pair from
   * `createWrappingPair`.
   */
  importMaterial(wrappingPair: StoredMaterial, wrapped: WrappedMaterial): Promise<ImportedMaterial>;
  /** Returns false if the HSMs could not be reached; the material is then orphaned. */
  destroyMaterial(material: MaterialRow): Promise<boolean>;
  encrypt(input: EncryptionInput, plaintext: Uint8Array): Promise<Uint8Array>;
  decrypt(input: EncryptionInput & RecipientOptions, ciphertext: Uint8Array): Promise<Uint8Array>;
  /** Re-encrypts between keys of this key store. The plaintext stays in the HSM. */
  reencrypt(
    from: EncryptionInput & { readonly ciphertext: Uint8Array },
    to: EncryptionInput,
  ): Promise<Uint8Array>;
  encryptRandom(input: EncryptionInput, length: number, options: RevealOptions): Promise<RandomKey>;
  encryptRandomPair(
    input: EncryptionInput,
    kind: PairKind,
    options: RevealOptions,
  ): Promise<RandomPair>;
  sign(material: MaterialRow, input: SigningInput): Promise<Uint8Array>;
  verify(material: MaterialRow, input: SigningInput, signature: Uint8Array): Promise<boolean>;
  mac(material: MaterialRow, algorithm: MacAlgorithm, message: Uint8Array): Promise<Uint8Array>;
  verifyMac(
    material: MaterialRow,
    algorithm: MacAlgorithm,
    message: Uint8Array,
    mac: Uint8Array,
  ): Promise<boolean>;
  /** ECDH. Throws `key-invalid` if `publicKey` is not a key on the same curve. */
  deriveSecret(
    material: MaterialRow,
    publicKey: Uint8Array,
    options?: RecipientOptions,
  ): Promise<Uint8Array>;
  encapsulate(
    material: MaterialRow,
  ): Promise<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }>;
  decapsulate(material: MaterialRow, ciphertext: Uint8Array): Promise<Uint8Array>;
  random(length: number, options?: RecipientOptions): Promise<Uint8Array>;
}

/** Reason why a key store operation failed. */
export type KeyStoreFailure =
  | 'disconnected'
  | 'unreachable'
  | 'material-missing'
  | 'ciphertext-invalid'
  | 'key-invalid'
  | 'insufficient-hsms'
  | 'throttled'
  | 'unsupported'
  | 'internal';

export class KeyStoreError extends Error {
  readonly failure: KeyStoreFailure;

  constructor(failure: KeyStoreFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyStoreError';
    this.failure = failure;
  }
}
