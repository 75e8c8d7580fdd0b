import { fromInput, member, text, type ConditionKeyReader } from './condition-inputs.ts';

const transitiveTagKeys: ConditionKeyReader = (inputs) => {
  const keys = member(inputs, 'TransitiveTagKeys');
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : undefined;
};

/**
 * The actions that compare the boundary attached to the user or role, because their requests name
 * none. Source: `iam:PermissionsBoundary` in the Service Authorization Reference.
 */
const comparingAttached: ReadonlySet<string> = new Set(
  [
    'AttachRolePolicy',
    'AttachUserPolicy',
    'DeleteRolePermissionsBoundary',
    'DeleteRolePolicy',
    'DeleteUserPermissionsBoundary',
    'DeleteUserPolicy',
    'DetachRolePolicy',
    'DetachUserPolicy',
    'PutRolePolicy',
    'PutUserPolicy',
  ].map((name) => `iam:${name}`),
);

const permissionsBoundary: ConditionKeyReader = (inputs) => {
  const { action, resolved } = inputs;
  return comparingAttached.has(action) && resolved.kind === 'iam'
    ? resolved.boundary
    : text(member(inputs, 'PermissionsBoundary'));
};

/**
 * The condition keys of IAM and STS, in lower case. A request has a key if its input has the
 * member.
 * Source: "Actions, resources, and condition keys" for IAM and for STS, Service Authorization
 * Reference.
 */
export const iamKeys: Readonly<Record<string, ConditionKeyReader>> = {
  'iam:permissionsboundary': permissionsBoundary,
  'iam:policyarn': fromInput('PolicyArn'),
  'sts:durationseconds': fromInput('DurationSeconds'),
  'sts:externalid': fromInput('ExternalId'),
  'sts:rolesessionname': fromInput('RoleSessionName'),
  'sts:sourceidentity': fromInput('SourceIdentity'),
  'sts:transitivetagkeys': transitiveTagKeys,
};
