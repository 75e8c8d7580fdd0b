import { encryptionAlgorithms, hashLengths, type AlgorithmsByUsage, type EncryptionAlgorithm, type KeyUsage } from './algorithms.ts';

/** What an HSM is told to make: key type and size. Lengths are bytes. */
export type MaterialType =
  | { readonly type: 'aes'; readonly length: 32 }
  | { readonly type: 'hmac'; readonly length: 28 | 32 | 48 | 64 }
  | { readonly type: 'rsa'; readonly bits: 2048 | 3072 | 4096 }
  | { readonly type: 'ec'; readonly curve: 'P-256' | 'P-384' | 'P-521' | 'secp256k1' | 'sm2' }
  | { readonly type: 'ed25519' }
  | { readonly type: 'ml-dsa'; readonly parameters: 44 | 65 | 87 }
  | { readonly type: 'ml-kem'; readonly parameters: 512 | 768 | 1024; readonly ciphertextLength: number };

interface KeySpecFacts {
  /** What an alias may not be moved across, and what rotation and data keys depend on. */
  readonly family: 'symmetric' | 'asymmetric' | 'hmac';
  /** The usages that a key may have, each with the algorithms that it then works with. */
  readonly usages: { readonly [U in KeyUsage]?: readonly AlgorithmsByUsage[U][] };
  /** The usage of a key that is made without naming one. */
  readonly defaultUsage?: KeyUsage;
  readonly material: MaterialType;
  /** Whether GenerateDataKeyPair makes pairs of it. */
  readonly dataKeyPair: boolean;
}

const rsaUsages = {
  ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  SIGN_VERIFY: [
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
  ],
} as const;
const pair = { family: 'asymmetric', dataKeyPair: true } as const;
const signingPair = { family: 'asymmetric', dataKeyPair: false, usages: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] } } as const;
const kem = { ...pair, usages: { ENCAPSULATE_DECAPSULATE: ['ML_KEM'] } } as const;
const hmac = { family: 'hmac', dataKeyPair: false } as const;

/**
 * Every KeySpec, one row each: what a key of it can do and what it is made of. Nothing else enumerates them.
 * Source: "Key spec reference" in the AWS KMS Developer Guide; ML-KEM lengths: FIPS 203, table 3.
 */
export const keySpecs = {
  SYMMETRIC_DEFAULT: {
    family: 'symmetric',
    usages: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
    defaultUsage: 'ENCRYPT_DECRYPT',
    material: { type: 'aes', length: 32 },
    dataKeyPair: false,
  },
  RSA_2048: { ...pair, usages: rsaUsages, material: { type: 'rsa', bits: 2048 } },
  RSA_3072: { ...pair, usages: rsaUsages, material: { type: 'rsa', bits: 3072 } },
  RSA_4096: { ...pair, usages: rsaUsages, material: { type: 'rsa', bits: 4096 } },
  ECC_NIST_P256: {
    ...pair,
    usages: { SIGN_VERIFY: ['ECDSA_SHA_256'], KEY_AGREEMENT: ['ECDH'] },
    material: { type: 'ec', curve: 'P-256' },
  },
  ECC_NIST_P384: {
    ...pair,
    usages: { SIGN_VERIFY: ['ECDSA_SHA_384'], KEY_AGREEMENT: ['ECDH'] },
    material: { type: 'ec', curve: 'P-384' },
  },
  ECC_NIST_P521: {
    ...pair,
    usages: { SIGN_VERIFY: ['ECDSA_SHA_512'], KEY_AGREEMENT: ['ECDH'] },
    material: { type: 'ec', curve: 'P-521' },
  },
  ECC_SECG_P256K1: { ...pair, usages: { SIGN_VERIFY: ['ECDSA_SHA_256'] }, material: { type: 'ec', curve: 'secp256k1' } },
  ECC_NIST_EDWARDS25519: {
    ...pair,
    usages: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
    material: { type: 'ed25519' },
  },
  SM2: {
    ...pair,
    usages: { ENCRYPT_DECRYPT: ['SM2PKE'], SIGN_VERIFY: ['SM2DSA'], KEY_AGREEMENT: ['ECDH'] },
    material: { type: 'ec', curve: 'sm2' },
  },
  HMAC_224: { ...hmac, usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_224'] }, material: { type: 'hmac', length: 28 } },
  HMAC_256: { ...hmac, usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_256'] }, material: { type: 'hmac', length: 32 } },
  HMAC_384: { ...hmac, usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_384'] }, material: { type: 'hmac', length: 48 } },
  HMAC_512: { ...hmac, usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_512'] }, material: { type: 'hmac', length: 64 } },
  ML_DSA_44: { ...signingPair, material: { type: 'ml-dsa', parameters: 44 } },
  ML_DSA_65: { ...signingPair, material: { type: 'ml-dsa', parameters: 65 } },
  ML_DSA_87: { ...signingPair, material: { type: 'ml-dsa', parameters: 87 } },
  ML_KEM_512: { ...kem, material: { type: 'ml-kem', parameters: 512, ciphertextLength: 768 } },
  ML_KEM_768: { ...kem, material: { type: 'ml-kem', parameters: 768, ciphertextLength: 1088 } },
  ML_KEM_1024: { ...kem, material: { type: 'ml-kem', parameters: 1024, ciphertextLength: 1568 } },
} as const satisfies Record<string, KeySpecFacts>;

export type KeySpec = keyof typeof keySpecs;

/** The specs of the pairs that GenerateDataKeyPair makes. */
export type DataKeyPairSpec = { [S in KeySpec]: (typeof keySpecs)[S]['dataKeyPair'] extends true ? S : never }[KeySpec];

/** The row of a spec, with its literal types forgotten. */
export function keySpecFacts(spec: KeySpec): KeySpecFacts {
  return keySpecs[spec];
}

/** The algorithms that a key of this spec and usage works with; empty if it can't have that usage. */
export function algorithmsOf<U extends KeyUsage>(spec: KeySpec, usage: U): readonly AlgorithmsByUsage[U][] {
  return keySpecFacts(spec).usages[usage] ?? [];
}

/** The longest plaintext in bytes that a key of this spec encrypts. For OAEP: RFC 8017, section 7.1.1. */
export function maxPlaintext(spec: KeySpec, algorithm: EncryptionAlgorithm): number {
  const facts = encryptionAlgorithms[algorithm];
  if (facts.scheme !== 'oaep') return facts.maxPlaintext;
  const { material } = keySpecFacts(spec);
  return material.type === 'rsa' ? material.bits / 8 - 2 * hashLengths[facts.hash] - 2 : 0;
}
