import {
  encryptionAlgorithms,
  hashLengths,
  type AlgorithmsByUsage,
  type EncryptionAlgorithm,
  type KeyUsage,
} from './algorithms.ts';

/**
 * The material of a key spec. Lengths of a secret, an RSA modulus, and of PKCS#8 where it is long,
 * in bytes.
 */
interface Material {
  /** The HSMs' name for the kind of material. */
  readonly kind: string;
  readonly length?: number;
  readonly modulusLength?: number;
  readonly pkcs8Length?: number;
}

interface KeySpecProperties {
  /** The type of a key. An alias cannot move between types; rotation and data keys depend on it. */
  readonly family: 'symmetric' | 'asymmetric' | 'hmac';
  /** The usages that a key can have, with the algorithms that each supports. */
  readonly usages: { readonly [U in KeyUsage]?: readonly AlgorithmsByUsage[U][] };
  /** The usage of a key that is created without naming one. */
  readonly defaultUsage?: KeyUsage;
  /** The material that an HSM creates. */
  readonly material: Material;
  /** True if GenerateDataKeyPair creates pairs of this spec. */
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
 * Every KeySpec, one row each: what its keys can do, and what their material is. No other table
 * lists them.
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

/** The specs of the pairs that GenerateDataKeyPair creates. */
export type DataKeyPairSpec = {
  [S in KeySpec]: (typeof keySpecs)[S]['dataKeyPair'] extends true ? S : never;
}[KeySpec];

/** The material that an HSM creates for a key, as in the spec's row. */
export type MaterialType = (typeof keySpecs)[KeySpec]['material'];

/** The kinds of material that are key pairs. */
export type PairKind = Exclude<MaterialType, { readonly length: number }>['kind'];

/** Returns the row of a spec. Only the types of its material stay literal. */
export function keySpecProperties(
  spec: KeySpec,
): KeySpecProperties & { readonly material: MaterialType } {
  return keySpecs[spec];
}

/**
 * Returns the algorithms that a key of this spec and usage supports, or none if it cannot have that
 * usage.
 */
export function algorithmsOf<U extends KeyUsage>(
  spec: KeySpec,
  usage: U,
): readonly AlgorithmsByUsage[U][] {
  return keySpecProperties(spec).usages[usage] ?? [];
}

/**
 * Returns the maximum plaintext size of a key of this spec, in bytes. Source for OAEP: RFC 8017,
 * section 7.1.1.
 */
export function maxPlaintext(spec: KeySpec, algorithm: EncryptionAlgorithm): number {
  const properties = encryptionAlgorithms[algorithm];
  if (properties.scheme !== 'oaep') return properties.maxPlaintext;
  const { material } = keySpecProperties(spec);
  return 'modulusLength' in material
    ? material.modulusLength - 2 * hashLengths[properties.hash] - 2
    : 0;
}
