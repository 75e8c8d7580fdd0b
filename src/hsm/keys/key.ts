import type { EngineKey } from '../engine/index.ts';
import type { KeyAttributes, KeyPairKind } from '../wire/index.ts';

/** Attributes that are set when a key is created. */
export interface FixedAttributes {
  readonly token: boolean;
  readonly extractable: boolean;
  /** True if the key was generated in an HSM, false if it was imported. */
  readonly local: boolean;
  readonly neverExtractable: boolean;
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
    class: engineKey.class,
    ...kindAttributes(engineKey.type),
    'key-length-bytes': engineKey.length,
    'check-value': engineKey.checkValue,
    token: fixed.token,
    private: true,
    sensitive: engineKey.class !== 'public-key',
    'always-sensitive': fixed.local && engineKey.class !== 'public-key',
    extractable: fixed.extractable,
    'never-extractable': fixed.neverExtractable,
    local: fixed.local,
  };
}

type KindAttributes = Pick<
  KeyAttributes,
  'key-type' | 'curve' | 'modulus-size-bits' | 'parameter-set'
>;

const RSA = { 'key-type': 'rsa' } as const;
const kinds: Readonly<Record<KeyPairKind, KindAttributes>> = {
  'rsa-2048': { ...RSA, 'modulus-size-bits': 2048 },
  'rsa-3072': { ...RSA, 'modulus-size-bits': 3072 },
  'rsa-4096': { ...RSA, 'modulus-size-bits': 4096 },
  secp256r1: { 'key-type': 'ec', curve: 'secp256r1' },
  secp384r1: { 'key-type': 'ec', curve: 'secp384r1' },
  secp521r1: { 'key-type': 'ec', curve: 'secp521r1' },
  secp256k1: { 'key-type': 'ec', curve: 'secp256k1' },
  sm2: { 'key-type': 'ec', curve: 'sm2' },
  ed25519: { 'key-type': 'ec', curve: 'ed25519' },
  'ml-dsa-44': { 'key-type': 'ml-dsa', 'parameter-set': 'ml-dsa-44' },
  'ml-dsa-65': { 'key-type': 'ml-dsa', 'parameter-set': 'ml-dsa-65' },
  'ml-dsa-87': { 'key-type': 'ml-dsa', 'parameter-set': 'ml-dsa-87' },
  'ml-kem-512': { 'key-type': 'ml-kem', 'parameter-set': 'ml-kem-512' },
  'ml-kem-768': { 'key-type': 'ml-kem', 'parameter-set': 'ml-kem-768' },
  'ml-kem-1024': { 'key-type': 'ml-kem', 'parameter-set': 'ml-kem-1024' },
};

/** Returns the attributes that describe the type of a key in PKCS#11 and CloudHSM. */
function kindAttributes(type: EngineKey['type']): KindAttributes {
  return type === 'aes' || type === 'generic-secret' ? { 'key-type': type } : kinds[type];
}

/** Returns the key with one more user who may use it. */
export function sharedWith(key: Key, username: string): Key {
  return { ...key, sharedUsers: [...new Set([...key.sharedUsers, username])] };
}

/** Returns the key without this user among those who may use it. */
export function unsharedWith(key: Key, username: string): Key {
  return { ...key, sharedUsers: key.sharedUsers.filter((user) => user !== username) };
}
