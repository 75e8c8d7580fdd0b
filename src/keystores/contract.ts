import type { MaterialRecord, MaterialType } from '../domain/index.ts';

/** Where new material ended up: what a `MaterialRecord` keeps of it. */
export type MaterialLocation = Pick<MaterialRecord, 'token' | 'domainKeyHandle' | 'handle' | 'publicKey'>;

/** Who the material is for, and what it is. */
export interface NewMaterial {
  /** Becomes the HSM key's label in a CloudHSM key store. */
  readonly keyArn: string;
  /** 64 hex digits; becomes the HSM key's id. */
  readonly materialId: string;
  /** What the key's spec says (`keySpecs`). */
  readonly type: MaterialType;
}

export interface RandomKey {
  readonly plaintext?: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * A key store: material is made, kept and used in its HSMs only. `aad` binds a ciphertext to its key and context.
 * Every method fails with a `KeyStoreError` and nothing else.
 */
export interface KeyStore {
  /** `unsupported` if this kind of key store doesn't make such material. */
  createMaterial(request: NewMaterial): Promise<MaterialLocation>;
  /** Resolves to false if the HSMs could not be asked; the material is then orphaned. */
  destroyMaterial(material: MaterialRecord): Promise<boolean>;
  encrypt(material: MaterialRecord, plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;
  decrypt(material: MaterialRecord, ciphertext: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;
  /** From and to a key of this same store; the plaintext stays in the HSM. */
  reencrypt(
    from: { readonly material: MaterialRecord; readonly ciphertext: Uint8Array; readonly aad: Uint8Array },
    to: { readonly material: MaterialRecord; readonly aad: Uint8Array },
  ): Promise<Uint8Array>;
  encryptRandom(material: MaterialRecord, length: number, aad: Uint8Array, reveal: boolean): Promise<RandomKey>;
  random(length: number): Promise<Uint8Array>;
}

/** Why a key store could not do its work. */
export type KeyStoreFailure =
  | 'disconnected'
  | 'unreachable'
  | 'material-missing'
  | 'ciphertext-invalid'
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
