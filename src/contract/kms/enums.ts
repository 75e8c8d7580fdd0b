import type { SdkRequest } from '../sdk-types.ts';

/** Enums as the SDK has them, complete: one that gains a value there does not compile here. */
type Values<V extends string | undefined> = Readonly<Record<Exclude<V, undefined>, true>>;
type CreateKey = SdkRequest<'kms', 'CreateKey'>;
type CreateStore = SdkRequest<'kms', 'CreateCustomKeyStore'>;

export const keyUsages = {
  SIGN_VERIFY: true,
  ENCRYPT_DECRYPT: true,
  GENERATE_VERIFY_MAC: true,
  KEY_AGREEMENT: true,
  ENCAPSULATE_DECAPSULATE: true,
} as const satisfies Values<CreateKey['KeyUsage']>;

export const origins = {
  AWS_KMS: true,
  EXTERNAL: true,
  AWS_CLOUDHSM: true,
  EXTERNAL_KEY_STORE: true,
} as const satisfies Values<CreateKey['Origin']>;

export const encryptionAlgorithms = {
  SYMMETRIC_DEFAULT: true,
  RSAES_OAEP_SHA_1: true,
  RSAES_OAEP_SHA_256: true,
  SM2PKE: true,
} as const satisfies Values<SdkRequest<'kms', 'Encrypt'>['EncryptionAlgorithm']>;

export const dataKeySpecs = { AES_256: true, AES_128: true } as const satisfies Values<SdkRequest<'kms', 'GenerateDataKey'>['KeySpec']>;

export const customKeyStoreTypes = { AWS_CLOUDHSM: true, EXTERNAL_KEY_STORE: true } as const satisfies Values<
  CreateStore['CustomKeyStoreType']
>;

export const xksConnectivities = { PUBLIC_ENDPOINT: true, VPC_ENDPOINT_SERVICE: true } as const satisfies Values<
  CreateStore['XksProxyConnectivity']
>;

export const customerMasterKeySpecs = {
  RSA_2048: true,
  RSA_3072: true,
  RSA_4096: true,
  ECC_NIST_P256: true,
  ECC_NIST_P384: true,
  ECC_NIST_P521: true,
  ECC_SECG_P256K1: true,
  SYMMETRIC_DEFAULT: true,
  HMAC_224: true,
  HMAC_256: true,
  HMAC_384: true,
  HMAC_512: true,
  SM2: true,
} as const satisfies Values<CreateKey['CustomerMasterKeySpec']>;

export const keySpecs = {
  ...customerMasterKeySpecs,
  ECC_NIST_EDWARDS25519: true,
  ML_DSA_44: true,
  ML_DSA_65: true,
  ML_DSA_87: true,
  ML_KEM_512: true,
  ML_KEM_768: true,
  ML_KEM_1024: true,
} as const satisfies Values<CreateKey['KeySpec']>;
