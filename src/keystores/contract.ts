import type {
  EncryptionAlgorithm,
  MacAlgorithm,
  MaterialRow,
  MaterialType,
  MessageType,
  PairKind,
  SigningAlgorithm,
} from '../domain/index.ts';

/** Where new material ended up, and as what: what a `MaterialRow` keeps of it. */
export type MaterialLocation = Pick<
  MaterialRow,
  'kind' | 'token' | 'domainKeyHandle' | 'handle' | 'publicKey'
>;

/** Material as far as its place in the HSMs matters. */
export type Placed = MaterialLocation & Pick<MaterialRow, 'materialId'>;

/** Who the material is for, and what it is. */
export interface NewMaterial {
  /** Becomes the HSM key's label in a CloudHSM key store. */
  readonly keyArn: string;
  /** 64 hex digits; becomes the HSM key's id. */
  readonly materialId: string;
  /** What the key's spec says (`keySpecs`). */
  readonly type: MaterialType;
}

/** Material and how to encrypt with it. `aad` binds a ciphertext to its key and context; asymmetric ones are bound to none. */
export interface Cipher {
  readonly material: MaterialRow;
  readonly aad: Uint8Array;
  readonly algorithm?: EncryptionAlgorithm;
}

/** An algorithm and the message for it. */
export interface Signing {
  readonly algorithm: SigningAlgorithm;
  readonly messageType: MessageType;
  readonly message: Uint8Array;
}

/** Whether a fresh secret is wanted in clear, too, and if so, for whom: as itself, or for `recipient` as CMS EnvelopedData. */
export interface Reveal extends Recipient {
  readonly reveal: boolean;
}

/** SubjectPublicKeyInfo of an RSA key: a secret is then given out as CMS EnvelopedData that only its holder can open. */
export interface Recipient {
  readonly recipient?: Uint8Array | undefined;
}

export interface RandomKey {
  readonly plaintext?: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** `publicKey` is SubjectPublicKeyInfo, `privateKey` PKCS#8, in DER; `ciphertext` is of the latter. */
export interface RandomPair {
  readonly publicKey: Uint8Array;
  readonly privateKey?: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Material that its owner wrapped for us. */
export interface ForeignMaterial {
  readonly type: MaterialType;
  readonly algorithm: ImportAlgorithm;
  readonly wrapped: Uint8Array;
  /** Goes before the material in its fingerprint. */
  readonly prefix: Uint8Array;
}
export type ImportAlgorithm =
  | 'RSAES_OAEP_SHA_1'
  | 'RSAES_OAEP_SHA_256'
  | 'RSA_AES_KEY_WRAP_SHA_1'
  | 'RSA_AES_KEY_WRAP_SHA_256';

/** `length` in bytes, for secrets; `fingerprint` is SHA-256 of prefix and material. */
export interface ImportedMaterial {
  readonly location: MaterialLocation;
  readonly length: number;
  readonly fingerprint: Uint8Array;
}

/**
 * A key store: material is made, kept and used in its HSMs only. Every method fails with a `KeyStoreError` and nothing else.
 */
export interface KeyStore {
  /** `unsupported` if this kind of key store doesn't make such material. */
  createMaterial(request: NewMaterial): Promise<MaterialLocation>;
  /** Takes material in that was wrapped with the public key of `wrappingPair`, which `createMaterial` made. */
  importMaterial(wrappingPair: Placed, foreign: ForeignMaterial): Promise<ImportedMaterial>;
  /** Resolves to false if the HSMs could not be asked; the material is then orphaned. */
  destroyMaterial(material: MaterialRow): Promise<boolean>;
  encrypt(cipher: Cipher, plaintext: Uint8Array): Promise<Uint8Array>;
  decrypt(cipher: Cipher & Recipient, ciphertext: Uint8Array): Promise<Uint8Array>;
  /** From and to a key of this same store; the plaintext stays in the HSM. */
  reencrypt(from: Cipher & { readonly ciphertext: Uint8Array }, to: Cipher): Promise<Uint8Array>;
  encryptRandom(cipher: Cipher, length: number, wish: Reveal): Promise<RandomKey>;
  encryptRandomPair(cipher: Cipher, kind: PairKind, wish: Reveal): Promise<RandomPair>;
  sign(material: MaterialRow, signing: Signing): Promise<Uint8Array>;
  verify(material: MaterialRow, signing: Signing, signature: Uint8Array): Promise<boolean>;
  mac(material: MaterialRow, algorithm: MacAlgorithm, message: Uint8Array): Promise<Uint8Array>;
  verifyMac(
    material: MaterialRow,
    algorithm: MacAlgorithm,
    message: Uint8Array,
    mac: Uint8Array,
  ): Promise<boolean>;
  /** ECDH; `key-invalid` if `publicKey` is none on the same curve. */
  deriveSecret(material: MaterialRow, publicKey: Uint8Array, wish?: Recipient): Promise<Uint8Array>;
  encapsulate(
    material: MaterialRow,
  ): Promise<{ readonly secret: Uint8Array; readonly ciphertext: Uint8Array }>;
  decapsulate(material: MaterialRow, ciphertext: Uint8Array): Promise<Uint8Array>;
  random(length: number, wish?: Recipient): Promise<Uint8Array>;
}

/** Why a key store could not do its work. */
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
