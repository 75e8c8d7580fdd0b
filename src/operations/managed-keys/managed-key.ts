import { DAY_MS, uuid } from '../../base/index.ts';
import { partitionOf, type KeyRow, type Scope } from '../../domain/index.ts';
import { awsServices } from './aws-services.ts';

const PREFIX = 'alias/aws/';
const ROTATION_PERIOD_DAYS = 365;

/**
 * Returns the AWS managed key for a predefined alias as it would be created, or undefined if there
 * is no such service. Nothing is created yet, so a caller who may not describe the key leaves no
 * trace.
 */
export function uncreatedManagedKey(
  { account, region }: Scope,
  aliasName: string,
  now: number,
): KeyRow | undefined {
  const service = aliasName.startsWith(PREFIX) ? aliasName.slice(PREFIX.length) : '';
  const viaService = awsServices.get(service);
  if (viaService === undefined) return undefined;
  return {
    account,
    region,
    keyId: uuid(),
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    keyManager: 'AWS',
    description: `Default key that protects my ${service} data when no other key is defined`,
    enabled: true,
    creationDate: now,
    rotationPeriodInDays: ROTATION_PERIOD_DAYS,
    nextRotationDate: now + ROTATION_PERIOD_DAYS * DAY_MS,
    policy: managedKeyPolicy({ account, region }, service, `${viaService}.${region}.amazonaws.com`),
    tags: [],
  };
}

/**
 * Returns the policy of an AWS managed key, which cannot be changed: the account's principals may
 * use the key through its service, and view its metadata directly.
 */
function managedKeyPolicy({ account, region }: Scope, service: string, viaService: string): string {
  const statements = [
    {
      Sid: `Allow access through ${service} for all principals in the account that are authorized to use ${service}`,
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:CreateGrant',
        'kms:DescribeKey',
      ],
      Resource: '*',
      Condition: { StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': viaService } },
    },
    {
      Sid: 'Allow direct access to key metadata to the account',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
      Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
      Resource: '*',
    },
  ];
  return JSON.stringify(
    { Version: '2012-10-17', Id: `auto-${service}-1`, Statement: statements },
    null,
    2,
  );
}
