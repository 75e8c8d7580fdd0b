/**
 * Every algorithm that a KMS key can be used with, one row each. Above the HSMs, nothing else needs
 * to be known about it. Lengths are in bytes.
 * Source: "Key spec reference" in the AWS KMS Developer Guide.
 */

/** The values of KeyUsage. A key has exactly one. */
export const keyUsages = {
  SIGN_VERIFY: true,
  ENCRYPT_DECRYPT: true,
  GENERATE_VERIFY_MAC: true,
  KEY_AGREEMENT: true,
  ENCAPSULATE_DECAPSULATE: true,
} as const;
export type KeyUsage = keyof typeof keyUsages;

/**
 * Message types of Sign and Verify: the message itself, its digest, or ML-DSA's message
 * representative.
 */
export const messageTypes = { RAW: true, DIGEST: true, EXTERNAL_MU: true } as const;
export type MessageType = keyof typeof messageTypes;

export type Hash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'sm3';
export const hashLengths = {
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  sm3: 32,
} as const satisfies Record<Hash, number>;

export const encryptionAlgorithms = {
  SYMMETRIC_DEFAULT: { scheme: 'symmetric', maxPlaintext: 4096 },
  RSAES_OAEP_SHA_1: { scheme: 'oaep', hash: 'sha1', mechanism: 'rsa-oaep-sha1' },
  RSAES_OAEP_SHA_256: { scheme: 'oaep', hash: 'sha256', mechanism: 'rsa-oaep-sha256' },
  SM2PKE: { scheme: 'sm2', maxPlaintext: 1024, mechanism: 'sm2' },
} as const satisfies Record<
  string,
  | { scheme: 'symmetric'; maxPlaintext: number }
  | { scheme: 'sm2'; maxPlaintext: number; mechanism: string }
  | { scheme: 'oaep'; hash: Hash; mechanism: string }
>;
export type EncryptionAlgorithm = keyof typeof encryptionAlgorithms;

/**
 * Properties of a signing algorithm. `hash` is the hash of the message, `messages` the required
 * length per message type (0 for any), and `mechanism` the HSMs' name of the algorithm.
 */
interface SigningProperties {
  readonly mechanism: string;
  readonly hash?: Hash;
  readonly messages: { readonly [T in MessageType]?: number };
}

export const signingAlgorithms = {
  RSASSA_PSS_SHA_256: {
    mechanism: 'rsa-pkcs-pss-sha256',
    hash: 'sha256',
    messages: { RAW: 0, DIGEST: 32 },
  },
  RSASSA_PSS_SHA_384: {
    mechanism: 'rsa-pkcs-pss-sha384',
    hash: 'sha384',
    messages: { RAW: 0, DIGEST: 48 },
  },
  RSASSA_PSS_SHA_512: {
    mechanism: 'rsa-pkcs-pss-sha512',
    hash: 'sha512',
    messages: { RAW: 0, DIGEST: 64 },
  },
  RSASSA_PKCS1_V1_5_SHA_256: {
    mechanism: 'rsa-pkcs-sha256',
    hash: 'sha256',
    messages: { RAW: 0, DIGEST: 32 },
  },
  RSASSA_PKCS1_V1_5_SHA_384: {
    mechanism: 'rsa-pkcs-sha384',
    hash: 'sha384',
    messages: { RAW: 0, DIGEST: 48 },
  },
  RSASSA_PKCS1_V1_5_SHA_512: {
    mechanism: 'rsa-pkcs-sha512',
    hash: 'sha512',
    messages: { RAW: 0, DIGEST: 64 },
  },
  ECDSA_SHA_256: { mechanism: 'ecdsa-sha256', hash: 'sha256', messages: { RAW: 0, DIGEST: 32 } },
  ECDSA_SHA_384: { mechanism: 'ecdsa-sha384', hash: 'sha384', messages: { RAW: 0, DIGEST: 48 } },
  ECDSA_SHA_512: { mechanism: 'ecdsa-sha512', hash: 'sha512', messages: { RAW: 0, DIGEST: 64 } },
  SM2DSA: { mechanism: 'sm2', hash: 'sm3', messages: { RAW: 0, DIGEST: 32 } },
  ML_DSA_SHAKE_256: { mechanism: 'ml-dsa', messages: { RAW: 0, EXTERNAL_MU: 64 } },
  ED25519_SHA_512: { mechanism: 'ed25519', messages: { RAW: 0 } },
  ED25519_PH_SHA_512: { mechanism: 'ed25519ph', hash: 'sha512', messages: { DIGEST: 64 } },
} as const satisfies Record<string, SigningProperties>;
export type SigningAlgorithm = keyof typeof signingAlgorithms;

/** The MAC algorithms. A MAC is as long as its hash. */
export const macAlgorithms = {
  HMAC_SHA_224: { hash: 'sha224' },
  HMAC_SHA_256: { hash: 'sha256' },
  HMAC_SHA_384: { hash: 'sha384' },
  HMAC_SHA_512: { hash: 'sha512' },
} as const satisfies Record<string, { hash: Hash }>;
export type MacAlgorithm = keyof typeof macAlgorithms;

export const keyAgreementAlgorithms = { ECDH: {} } as const;
export type KeyAgreementAlgorithm = keyof typeof keyAgreementAlgorithms;

export const encapsulationAlgorithms = { ML_KEM: { sharedSecretLength: 32 } } as const;
export type EncapsulationAlgorithm = keyof typeof encapsulationAlgorithms;

export interface AlgorithmsByUsage {
  readonly SIGN_VERIFY: SigningAlgorithm;
  readonly ENCRYPT_DECRYPT: EncryptionAlgorithm;
  readonly GENERATE_VERIFY_MAC: MacAlgorithm;
  readonly KEY_AGREEMENT: KeyAgreementAlgorithm;
  readonly ENCAPSULATE_DECAPSULATE: EncapsulationAlgorithm;
}
