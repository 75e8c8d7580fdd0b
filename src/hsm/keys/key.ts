import type { EngineKey } from '../engine/index.ts';
import { formAttributes, type KeyAttributes, type UnwrapTemplate } from '../wire/index.ts';

/** Attributes that are set when a key is created. */
export interface FixedAttributes {
  readonly token: boolean;
  readonly extractable: boolean;
  /** True if the key was generated in an HSM, false if it was imported. */
  readonly local: boolean;
  readonly neverExtractable: boolean;
  readonly unwrapTemplate?: UnwrapTemplate;
  /**
   * True if the key was unwrapped by one that confines what it unwraps. It then does so as well:
   * the AES key inside a `rsa-aes` wrapping can be unwrapped by itself.
   */
  readonly confined?: true;
}

/** Attributes that can be changed after creation. */
export type ChangeableAttributes = Pick<
  KeyAttributes,
  | 'label'
  | 'id'
  | 'modifiable'
  | 'destroyable'
  | 'encrypt'
  | 'decrypt'
  | 'sign'
  | 'verify'
  | 'wrap'
  | 'unwrap'
  | 'derive'
  | 'trusted'
  | 'wrap-with-trusted'
>;

/** An operation that an attribute of the same name allows. */
export type KeyAbility = 'encrypt' | 'decrypt' | 'sign' | 'verify' | 'wrap' | 'unwrap' | 'derive';

export interface Key {
  readonly handle: string;
  readonly owner: string;
  readonly sharedUsers: readonly string[];
  readonly engineKey: EngineKey;
  readonly fixed: FixedAttributes;
  readonly changeable: ChangeableAttributes;
}

export function attributesOf({ engineKey, fixed, changeable }: Key): KeyAttributes {
  return {
    ...changeable,
    ...formAttributes(engineKey),
    'key-length-bytes': engineKey.length,
    'check-value': engineKey.checkValue,
    token: fixed.token,
    private: true,
    sensitive: engineKey.class !== 'public-key',
    'always-sensitive': fixed.local && engineKey.class !== 'public-key',
    extractable: fixed.extractable,
    'never-extractable': fixed.neverExtractable,
    local: fixed.local,
    ...(fixed.unwrapTemplate && { 'unwrap-template': fixed.unwrapTemplate }),
  };
}

/** Returns the key with one more user who may use it. */
export function sharedWith(key: Key, username: string): Key {
  return { ...key, sharedUsers: [...new Set([...key.sharedUsers, username])] };
}

/** Returns the key without this user among those who may use it. */
export function unsharedWith(key: Key, username: string): Key {
  return { ...key, sharedUsers: key.sharedUsers.filter((user) => user !== username) };
}
