import type { OperationName } from '../../contract/index.ts';
import { keySpecProperties, type DataKeyPairSpec, type KeySpec } from '../../domain/index.ts';

/**
 * A group of requests that share a quota, and the requests per second that an account may make in a
 * Region.
 */
export interface Rate {
  readonly group: string;
  readonly perSecond: number;
}

/** The operations that share the quota of their key's type. */
const cryptographic: ReadonlySet<string> = new Set([
  'Encrypt',
  'Decrypt',
  'ReEncrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateRandom',
  'GenerateMac',
  'VerifyMac',
  'Sign',
  'Verify',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
] satisfies OperationName<'kms'>[]);

/** The quota for symmetric keys in Regions that have a higher one. */
const symmetricByRegion: ReadonlyMap<string, number> = new Map([
  ...['us-east-1', 'us-west-2', 'eu-west-1'].map((region) => [region, 50_000] as const),
  ...[
    'us-east-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-northeast-1',
    'eu-central-1',
    'eu-west-2',
  ].map((region) => [region, 10_000] as const),
]);
const SYMMETRIC_PER_SECOND = 5_500;
const ASYMMETRIC_PER_SECOND = 1_000;

const dataKeyPairs: Readonly<Record<DataKeyPairSpec, number>> = {
  ECC_NIST_P256: 25,
  ECC_NIST_P384: 10,
  ECC_NIST_P521: 5,
  ECC_SECG_P256K1: 25,
  ECC_NIST_EDWARDS25519: 25,
  RSA_2048: 1,
  RSA_3072: 0.5,
  RSA_4096: 0.1,
  SM2: 25,
  ML_KEM_512: 25,
  ML_KEM_768: 25,
  ML_KEM_1024: 25,
};

const perOperation: Readonly<Record<string, number>> = {
  DescribeKey: 2000,
  GetPublicKey: 2000,
  ListResourceTags: 2000,
  GetKeyPolicy: 1000,
  GetKeyRotationStatus: 1000,
  ListAliases: 500,
  ListKeys: 500,
  ListGrants: 100,
  ListKeyPolicies: 100,
  ListRetirableGrants: 100,
  CreateGrant: 50,
  RetireGrant: 30,
  RevokeGrant: 30,
  DeleteAlias: 15,
  EnableKeyRotation: 15,
  PutKeyPolicy: 15,
  ScheduleKeyDeletion: 15,
  TagResource: 10,
  GetParametersForImport: 0.25,
} satisfies Partial<Record<OperationName<'kms'>, number>>;
const OTHER_PER_SECOND = 5;

interface RateQuery {
  readonly operation: string;
  readonly region: string;
  /** Spec of the key that performs the operation, if any. */
  readonly keySpec?: KeySpec;
  readonly pairSpec?: DataKeyPairSpec;
}

/**
 * Returns the quota that a request counts towards. Source: "Request quotas" in the AWS KMS
 * Developer Guide of December 2022; newer key types have the figure of similar ones.
 */
export function awsRate({
  operation,
  region,
  keySpec = 'SYMMETRIC_DEFAULT',
  pairSpec,
}: RateQuery): Rate {
  if (pairSpec !== undefined)
    return { group: `pairs ${pairSpec}`, perSecond: dataKeyPairs[pairSpec] };
  if (!cryptographic.has(operation))
    return { group: operation, perSecond: perOperation[operation] ?? OTHER_PER_SECOND };
  const { family, material } = keySpecProperties(keySpec);
  // Keys of one type share a quota, whatever their size. All curves are one type.
  if (family === 'asymmetric')
    return {
      group: /^(?:rsa|ml-dsa|ml-kem)/.exec(material.kind)?.[0] ?? 'ecc',
      perSecond: ASYMMETRIC_PER_SECOND,
    };
  return { group: 'symmetric', perSecond: symmetricByRegion.get(region) ?? SYMMETRIC_PER_SECOND };
}
