import {
  keySpecProperties,
  keySpecs,
  type DataKeyPairSpec,
  type KeySpec,
} from '../../domain/index.ts';
import type { SdkRequest } from '../sdk-types.ts';

/**
 * Enums of the wire for which the domain has no table, complete as in the SDK: a value that the SDK
 * adds does not compile here.
 */
type Values<V extends string | undefined> = Readonly<Record<Exclude<V, undefined>, true>>;
type CreateKey = SdkRequest<'kms', 'CreateKey'>;
type CreateStore = SdkRequest<'kms', 'CreateCustomKeyStore'>;
type GetParameters = SdkRequest<'kms', 'GetParametersForImport'>;
type ImportMaterial = SdkRequest<'kms', 'ImportKeyMaterial'>;

export const origins = {
  AWS_KMS: true,
  EXTERNAL: true,
  AWS_CLOUDHSM: true,
  EXTERNAL_KEY_STORE: true,
} as const satisfies Values<CreateKey['Origin']>;

export const dataKeySpecs = { AES_256: true, AES_128: true } as const satisfies Values<
  SdkRequest<'kms', 'GenerateDataKey'>['KeySpec']
>;

const isDataKeyPairSpec = (spec: string): spec is DataKeyPairSpec =>
  keySpecProperties(spec as KeySpec).dataKeyPair;
export const dataKeyPairSpecs = Object.fromEntries(
  Object.keys(keySpecs)
    .filter(isDataKeyPairSpec)
    .map((spec) => [spec, true]),
) as Readonly<Record<DataKeyPairSpec, true>>;

export const customKeyStoreTypes = {
  AWS_CLOUDHSM: true,
  EXTERNAL_KEY_STORE: true,
} as const satisfies Values<CreateStore['CustomKeyStoreType']>;

export const xksConnectivities = {
  PUBLIC_ENDPOINT: true,
  VPC_ENDPOINT_SERVICE: true,
} as const satisfies Values<CreateStore['XksProxyConnectivity']>;

/** The specs that existed when the parameter was deprecated. */
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

export const wrappingAlgorithms = {
  RSAES_PKCS1_V1_5: true,
  RSAES_OAEP_SHA_1: true,
  RSAES_OAEP_SHA_256: true,
  RSA_AES_KEY_WRAP_SHA_1: true,
  RSA_AES_KEY_WRAP_SHA_256: true,
  SM2PKE: true,
} as const satisfies Values<GetParameters['WrappingAlgorithm']>;

export const wrappingKeySpecs = {
  RSA_2048: true,
  RSA_3072: true,
  RSA_4096: true,
  SM2: true,
} as const satisfies Values<GetParameters['WrappingKeySpec']>;

export const expirationModels = {
  KEY_MATERIAL_EXPIRES: true,
  KEY_MATERIAL_DOES_NOT_EXPIRE: true,
} as const satisfies Values<ImportMaterial['ExpirationModel']>;

export const importTypes = {
  NEW_KEY_MATERIAL: true,
  EXISTING_KEY_MATERIAL: true,
} as const satisfies Values<ImportMaterial['ImportType']>;

export const includedKeyMaterial = {
  ALL_KEY_MATERIAL: true,
  ROTATIONS_ONLY: true,
} as const satisfies Values<SdkRequest<'kms', 'ListKeyRotations'>['IncludeKeyMaterial']>;

export const grantOperations = {
  Decrypt: true,
  Encrypt: true,
  GenerateDataKey: true,
  GenerateDataKeyWithoutPlaintext: true,
  ReEncryptFrom: true,
  ReEncryptTo: true,
  Sign: true,
  Verify: true,
  GetPublicKey: true,
  CreateGrant: true,
  RetireGrant: true,
  DescribeKey: true,
  GenerateDataKeyPair: true,
  GenerateDataKeyPairWithoutPlaintext: true,
  GenerateMac: true,
  VerifyMac: true,
  DeriveSharedSecret: true,
  Encapsulate: true,
  Decapsulate: true,
} as const satisfies Values<SdkRequest<'kms', 'CreateGrant'>['Operations'][number]>;
