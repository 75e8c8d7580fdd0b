import type { EngineKey } from '../engine/index.ts';
import type { KeyAttributes } from '../wire/index.ts';

/** What is settled when a key is made. */
export interface FixedAttributes {
  readonly token: boolean;
  readonly extractable: boolean;
  /** Made in an HSM, not brought in. */
  readonly local: boolean;
  readonly neverExtractable: boolean;
}

/** What may be said anew later. */
export type ChangeableAttributes = Pick<
  KeyAttributes,
  'label' | 'id' | 'modifiable' | 'destroyable' | 'encrypt' | 'decrypt' | 'wrap' | 'unwrap' | 'derive' | 'trusted' | 'wrap-with-trusted'
>;

/** What an attribute allows a key to be used for. */
export type KeyAbility = 'encrypt' | 'decrypt' | 'wrap' | 'unwrap';

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
    class: 'secret-key',
    'key-type': 'aes',
    'key-length-bytes': engineKey.length,
    'check-value': engineKey.checkValue,
    token: fixed.token,
    private: true,
    sensitive: true,
    'always-sensitive': fixed.local,
    extractable: fixed.extractable,
    'never-extractable': fixed.neverExtractable,
    local: fixed.local,
    sign: false,
    verify: false,
  };
}
