import {
  encryptionAlgorithms,
  hashLengths,
  type AlgorithmsByUsage,
  type EncryptionAlgorithm,
  type KeyUsage,
} from './algorithms.ts';

/** Lengths are bytes: of a secret, of an RSA modulus, of PKCS#8 where it is long. */
interface Material {
  /** What HSMs call it. */
  readonly kind: string;
  readonly length?: number;
  readonly modulusLength?: number;
  readonly pkcs8Length?: number;
}

interface KeySpecProperties {
  /** What an alias may not be moved across, and what rotation and data keys depend on. */
  readonly family: 'symmetric' | 'asymmetric' | 'hmac';
  /** The usages that a key may have, each with the algorithms that it then works with. */
  readonly usages: { readonly [U in KeyUsage]?: readonly AlgorithmsByUsage[U][] };
  /** The usage of a key that is made without naming one. */
  readonly defaultUsage?: KeyUsage;
  /** What an HSM is told to make. */
  readonly material: Material;
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
const signingPair = {
  family: 'asymmetric',
  dataKeyPair: false,
  usages: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] },
} as const;
const kem = { ...pair, usages: { ENCAPSULATE_DECAPSULATE: ['ML_KEM'] } } as const;
const hmac = { family: 'hmac', dataKeyPair: false } as const;

/**
 * Every KeySpec, one row each: what a key of it can do and what it is made of. Nothing else enumerates them.
 * Source: "Key spec reference" in the AWS KMS Developer Guide.
 */
export const keySpecs = {
  SYMMETRIC_DEFAULT: {
    family: 'symmetric',
    usages: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
    defaultUsage: 'ENCRYPT_DECRYPT',
    material: { kind: 'aes', length: 32 },
    dataKeyPair: false,
  },
  RSA_2048: {
    ...pair,
    usages: rsaUsages,
    material: { kind: 'rsa-2048', modulusLength: 256, pkcs8Length: 1216 },
  },
  RSA_3072: {
    ...pair,
    usages: rsaUsages,
    material: { kind: 'rsa-3072', modulusLength: 384, pkcs8Length: 1792 },
  },
  RSA_4096: {
    ...pair,
    usages: rsaUsages,
    material: { kind: 'rsa-4096', modulusLength: 512, pkcs8Length: 2374 },
  },
  ECC_NIST_P256: {
    ...pair,
    usages: { SIGN_VERIFY: ['ECDSA_SHA_256'], KEY_AGREEMENT: ['ECDH'] },
    material: { kind: 'secp256r1' },
  },
  ECC_NIST_P384: {
    ...pair,
    usages: { SIGN_VERIFY: ['ECDSA_SHA_384'], KEY_AGREEMENT: ['ECDH'] },
    material: { kind: 'secp384r1' },
  },
  ECC_NIST_P521: {
    ...pair,
    usages: { SIGN_VERIFY: ['ECDSA_SHA_512'], KEY_AGREEMENT: ['ECDH'] },
    material: { kind: 'secp521r1', pkcs8Length: 241 },
  },
  ECC_SECG_P256K1: {
    ...pair,
    usages: { SIGN_VERIFY: ['ECDSA_SHA_256'] },
    material: { kind: 'secp256k1' },
  },
  ECC_NIST_EDWARDS25519: {
    ...pair,
    usages: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
    material: { kind: 'ed25519' },
  },
  SM2: {
    ...pair,
    usages: { ENCRYPT_DECRYPT: ['SM2PKE'], SIGN_VERIFY: ['SM2DSA'], KEY_AGREEMENT: ['ECDH'] },
    material: { kind: 'sm2' },
  },
  HMAC_224: {
    ...hmac,
    usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_224'] },
    material: { kind: 'generic-secret', length: 28 },
  },
  HMAC_256: {
    ...hmac,
    usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_256'] },
    material: { kind: 'generic-secret', length: 32 },
  },
  HMAC_384: {
    ...hmac,
    usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_384'] },
    material: { kind: 'generic-secret', length: 48 },
  },
  HMAC_512: {
    ...hmac,
    usages: { GENERATE_VERIFY_MAC: ['HMAC_SHA_512'] },
    material: { kind: 'generic-secret', length: 64 },
  },
  ML_DSA_44: { ...signingPair, material: { kind: 'ml-dsa-44' } },
  ML_DSA_65: { ...signingPair, material: { kind: 'ml-dsa-65' } },
  ML_DSA_87: { ...signingPair, material: { kind: 'ml-dsa-87' } },
  ML_KEM_512: { ...kem, material: { kind: 'ml-kem-512' } },
  ML_KEM_768: { ...kem, material: { kind: 'ml-kem-768' } },
  ML_KEM_1024: { ...kem, material: { kind: 'ml-kem-1024' } },
} as const satisfies Record<string, KeySpecProperties>;

export type KeySpec = keyof typeof keySpecs;

/** The specs of the pairs that GenerateDataKeyPair makes. */
export type DataKeyPairSpec = {
  [S in KeySpec]: (typeof keySpecs)[S]['dataKeyPair'] extends true ? S : never;
}[KeySpec];

/** What an HSM is told to make for a key: what its row says. */
export type MaterialType = (typeof keySpecs)[KeySpec]['material'];

/** The kinds of material that are key pairs. */
export type PairKind = Exclude<MaterialType, { readonly length: number }>['kind'];

/** The row of a spec, with all literal types but those of its material forgotten. */
export function keySpecProperties(
  spec: KeySpec,
): KeySpecProperties & { readonly material: MaterialType } {
  return keySpecs[spec];
}

/** The algorithms that a key of this spec and usage works with; empty if it can't have that usage. */
export function algorithmsOf<U extends KeyUsage>(
  spec: KeySpec,
  usage: U,
): readonly AlgorithmsByUsage[U][] {
  return keySpecProperties(spec).usages[usage] ?? [];
}

/** The longest plaintext in bytes that a key of this spec encrypts. For OAEP: RFC 8017, section 7.1.1. */
export function maxPlaintext(spec: KeySpec, algorithm: EncryptionAlgorithm): number {
  const facts = encryptionAlgorithms[algorithm];
  if (facts.scheme !== 'oaep') return facts.maxPlaintext;
  const { material } = keySpecProperties(spec);
  return 'modulusLength' in material ? material.modulusLength - 2 * hashLengths[facts.hash] - 2 : 0;
}
