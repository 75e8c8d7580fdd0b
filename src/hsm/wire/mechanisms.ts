/** The kinds of keys that an HSM holds and the ways to use them, each list closed. cloudhsm-cli's names where it has one. */

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

/** What a key is. In clear a secret key is its bytes, a private key PKCS#8, a public key SubjectPublicKeyInfo (both DER). */
export type KeyForm =
  | { readonly class: 'secret-key'; readonly type: SecretKeyType }
  | { readonly class: 'private-key' | 'public-key'; readonly type: KeyPairKind };

/** What a new key is to be; `length` in bytes. */
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

/** What is signed: a message, or what the scheme would make of it first (its digest; for ML-DSA its representative µ). */
export const signedData = ['raw', 'digest'] as const;
export type SignedData = (typeof signedData)[number];

export const macHashes = ['sha224', 'sha256', 'sha384', 'sha512'] as const;
export type MacHash = (typeof macHashes)[number];

/** Encryption to a public key. */
export const encryptionMechanisms = ['rsa-oaep-sha1', 'rsa-oaep-sha256', 'sm2'] as const;
export type EncryptionMechanism = (typeof encryptionMechanisms)[number];

/**
 * `aes-kwp`: RFC 5649; `aes-gcm`: IV, ciphertext, tag; `aes-gcm-bound`: the same, bound to what the key is, so that it comes
 * out as nothing else; `rsa-aes-…`: PKCS#11's CKM_RSA_AES_KEY_WRAP.
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
