import type { Coverage } from './info.ts';
import type { SecretKeyType } from './mechanisms.ts';

/** PKCS#11 attributes of a key, under cloudhsm-cli's names. */
export interface KeyAttributes {
  readonly label: string;
  /** Hex. */
  readonly id: string;
  readonly class: 'secret-key' | 'private-key' | 'public-key';
  readonly 'key-type': SecretKeyType | 'rsa' | 'ec' | 'ml-dsa' | 'ml-kem';
  /**
   * Size, curve or parameter set of RSA, EC and other key pairs. Each is present only for the types
   * that have it.
   */
  readonly 'modulus-size-bits'?: number;
  readonly curve?: string;
  readonly 'parameter-set'?: string;
  readonly 'key-length-bytes': number;
  /** `0x` and 6 hex digits. Empty for generic secrets, which have none. */
  readonly 'check-value': string;
  readonly token: boolean;
  readonly private: boolean;
  readonly sensitive: boolean;
  readonly 'always-sensitive': boolean;
  readonly extractable: boolean;
  readonly 'never-extractable': boolean;
  readonly local: boolean;
  readonly modifiable: boolean;
  readonly destroyable: boolean;
  readonly encrypt: boolean;
  readonly decrypt: boolean;
  readonly sign: boolean;
  readonly verify: boolean;
  readonly wrap: boolean;
  readonly unwrap: boolean;
  readonly derive: boolean;
  readonly trusted: boolean;
  readonly 'wrap-with-trusted': boolean;
  /** Present only if it was set when the key was created. */
  readonly 'unwrap-template'?: UnwrapTemplate;
}

/**
 * Attributes of every key that a key unwraps (CKA_UNWRAP_TEMPLATE): what it must be, and what the
 * client's template can't change.
 */
export type UnwrapTemplate = Omit<KeyTemplate, 'unwrap-template'> &
  Partial<
    Pick<KeyAttributes, 'class' | 'key-type' | 'curve' | 'modulus-size-bits' | 'parameter-set'>
  >;

/** Attributes that a client can choose when it creates a key. The defaults are safe. */
export type KeyTemplate = Partial<
  Pick<
    KeyAttributes,
    | 'label'
    | 'id'
    | 'token'
    | 'extractable'
    | 'modifiable'
    | 'destroyable'
    | 'encrypt'
    | 'decrypt'
    | 'sign'
    | 'verify'
    | 'wrap'
    | 'unwrap'
    | 'derive'
    | 'wrap-with-trusted'
    | 'unwrap-template'
  >
>;

export interface KeyInfo {
  readonly handle: string;
  readonly owner: string;
  readonly sharedUsers: readonly string[];
  readonly coverage: Coverage;
  readonly attributes: KeyAttributes;
}

/** A key matches if all given parts match. */
export interface KeyFilter {
  readonly handle?: string;
  readonly attributes?: Readonly<Record<string, string | boolean | number>>;
}
