import { fromInput, member, type ConditionKeyReader } from './condition-inputs.ts';

const transitiveTagKeys: ConditionKeyReader = (inputs) => {
  const keys = member(inputs, 'TransitiveTagKeys');
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : undefined;
};

/**
 * The condition keys of IAM and STS, in lower case. A request has a key if its input has the
 * member.
 * Source: "Actions, resources, and condition keys" for IAM and for STS, Service Authorization
 * Reference.
 */
export const iamKeys: Readonly<Record<string, ConditionKeyReader>> = {
  'iam:permissionsboundary': fromInput('PermissionsBoundary'),
  'iam:policyarn': fromInput('PolicyArn'),
  'sts:durationseconds': fromInput('DurationSeconds'),
  'sts:externalid': fromInput('ExternalId'),
  'sts:rolesessionname': fromInput('RoleSessionName'),
  'sts:sourceidentity': fromInput('SourceIdentity'),
  'sts:transitivetagkeys': transitiveTagKeys,
};
