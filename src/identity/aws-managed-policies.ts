import { iamArn, type ManagedPolicyRow } from '../domain/index.ts';

/** Date of all AWS managed policies: when their contents were copied. */
const COPIED_AT = Date.UTC(2026, 10, 24);

/**
 * Actions that each AWS managed policy allows, as far as Keyhold has them.
 * Source: "AWS managed policies" in the AWS Managed Policy Reference.
 */
const allowedActions: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  AWSCloudHSMFullAccess: ['cloudhsm:*'],
  AWSCloudHSMReadOnlyAccess: ['cloudhsm:Get*', 'cloudhsm:List*', 'cloudhsm:Describe*'],
  AWSCloudTrail_ReadOnlyAccess: [
    'cloudtrail:Get*',
    'cloudtrail:Describe*',
    'cloudtrail:List*',
    'cloudtrail:LookupEvents',
  ],
  AWSKeyManagementServicePowerUser: [
    'kms:CreateAlias',
    'kms:CreateKey',
    'kms:DeleteAlias',
    'kms:Describe*',
    'kms:GenerateRandom',
    'kms:Get*',
    'kms:List*',
    'kms:TagResource',
    'kms:UntagResource',
    'iam:ListGroups',
    'iam:ListRoles',
    'iam:ListUsers',
  ],
  IAMFullAccess: ['iam:*'],
  IAMReadOnlyAccess: ['iam:GenerateCredentialReport', 'iam:Get*', 'iam:List*', 'iam:Simulate*'],
  ReadOnlyAccess: [
    'cloudhsm:Describe*',
    'cloudhsm:Get*',
    'cloudhsm:List*',
    'cloudtrail:LookupEvents',
    'iam:Get*',
    'iam:List*',
    'keyhold:Describe*',
    'kms:Describe*',
    'kms:Get*',
    'kms:List*',
    'sts:GetAccessKeyInfo',
    'sts:GetCallerIdentity',
    'sts:GetSessionToken',
  ],
};

/** All actions except those that could create administrators. */
const POWER_USER = {
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'keyhold:*'], Resource: '*' },
    { Effect: 'Allow', Action: ['iam:ListRoles', 'keyhold:DescribeStatus'], Resource: '*' },
  ],
};

function managedPolicyRow(
  name: string,
  statements: readonly object[],
  number: number,
): ManagedPolicyRow {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return {
    account: 'aws',
    name,
    path: '/',
    policyId: `ANPAKEYHOLDAWSPOLICY${String.fromCharCode(65 + number)}`,
    versions: [{ versionId: 'v1', document, creationDate: COPIED_AT }],
    defaultVersionId: 'v1',
    lastVersion: 1,
    creationDate: COPIED_AT,
    updateDate: COPIED_AT,
    tags: [],
  };
}

function allowing(
  actions: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly object[]> {
  return Object.fromEntries(
    Object.entries(actions).map(([name, Action]) => [
      name,
      [{ Effect: 'Allow', Action, Resource: '*' }],
    ]),
  );
}

/** The AWS managed policies, which every account has, by ARN. */
export const awsManagedPolicies: ReadonlyMap<string, ManagedPolicyRow> = new Map(
  Object.entries({ ...allowing(allowedActions), ...POWER_USER }).map(
    ([name, statements], number) => {
      const row = managedPolicyRow(name, statements, number);
      return [iamArn('policy', row), row];
    },
  ),
);
