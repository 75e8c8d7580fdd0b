/** Kinds of keys and mechanisms, under cloudhsm-cli's names where it has one. */

export const secretKeyTypes = ['aes', 'generic-secret'] as const;
export type SecretKeyType = (typeof secretKeyTypes)[number];

export const keyPairKinds = [
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'secp256r1',
  'secp384r1',
  'secp521r1',
  'secp256k1',
  'sm2',
  'ed25519',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
  'ml-kem-512',
  'ml-kem-768',
  'ml-kem-1024',
] as const;
export type KeyPairKind = (typeof keyPairKinds)[number];

/**
 * Kind of a key. The plaintext of a secret key is its bytes, that of a private key is PKCS#8, and
 * that of a public key is SubjectPublicKeyInfo (both DER).
 */
export type KeyForm =
  | { readonly class: 'secret-key'; readonly type: SecretKeyType }
  | { readonly class: 'private-key' | 'public-key'; readonly type: KeyPairKind };

/** Kind of a new key. `length` is in bytes. */
export type NewKeyForm =
  | { readonly class: 'secret-key'; readonly type: SecretKeyType; readonly length: number }
  | { readonly class: 'private-key'; readonly type: KeyPairKind };

export const signatureMechanisms = [
  'rsa-pkcs-sha256',
  'rsa-pkcs-sha384',
  'rsa-pkcs-sha512',
  'rsa-pkcs-pss-sha256',
  'rsa-pkcs-pss-sha384',
  'rsa-pkcs-pss-sha512',
  'ecdsa-sha256',
  'ecdsa-sha384',
  'ecdsa-sha512',
  'sm2',
  'ed25519',
  'ed25519ph',
  'ml-dsa',
] as const;
export type SignatureMechanism = (typeof signatureMechanisms)[number];

/** Form of the data to sign: a message, or its digest (for ML-DSA, its representative µ). */
export const signedData = ['raw', 'digest'] as const;
export type SignedData = (typeof signedData)[number];

export const macHashes = ['sha224', 'sha256', 'sha384', 'sha512'] as const;
export type MacHash = (typeof macHashes)[number];

/** Mechanisms that encrypt to a public key. */
export const encryptionMechanisms = ['rsa-oaep-sha1', 'rsa-oaep-sha256', 'sm2'] as const;
export type EncryptionMechanism = (typeof encryptionMechanisms)[number];

/**
 * `aes-kwp`: RFC 5649. `aes-gcm`: IV, ciphertext and tag. `aes-gcm-bound`: the same, bound to the
 * kind of the key, so that it cannot be unwrapped as another kind. `rsa-aes-…`: PKCS#11's
 * CKM_RSA_AES_KEY_WRAP.
 */
export const wrapMechanisms = [
  'aes-kwp',
  'aes-gcm',
  'aes-gcm-bound',
  'rsa-oaep-sha1',
  'rsa-oaep-sha256',
  'rsa-aes-sha1',
  'rsa-aes-sha256',
] as const;
export type WrapMechanism = (typeof wrapMechanisms)[number];
