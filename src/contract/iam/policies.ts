import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import {
  description,
  document,
  groupName,
  page,
  path,
  pathPrefix,
  policyName,
  requiredArn,
  requiredTags,
  requiredUserName,
  roleName,
  tagKeys,
  tags,
  versionId,
} from './members.ts';

type Iam<N extends string> = ShapeOf<SdkRequest<'iam', N>>;

const usage = {
  kind: 'enum',
  values: { PermissionsBoundary: true, PermissionsPolicy: true },
} as const;
const flag = { kind: 'bool' } as const;
const ofUser = { UserName: requiredUserName } as const;
const ofGroup = { GroupName: groupName } as const;
const ofRole = { RoleName: roleName } as const;
const named = { PolicyName: policyName } as const;
const inline = { PolicyName: policyName, PolicyDocument: document } as const;
const managed = { PolicyArn: requiredArn } as const;
const boundary = { PermissionsBoundary: requiredArn } as const;

/** Operations on inline and managed policies, their attachments, and permissions boundaries. */
export const policyShapes = {
  PutUserPolicy: { ...ofUser, ...inline } satisfies Iam<'PutUserPolicy'>,
  GetUserPolicy: { ...ofUser, ...named } satisfies Iam<'GetUserPolicy'>,
  DeleteUserPolicy: { ...ofUser, ...named } satisfies Iam<'DeleteUserPolicy'>,
  ListUserPolicies: { ...ofUser, ...page } satisfies Iam<'ListUserPolicies'>,
  PutGroupPolicy: { ...ofGroup, ...inline } satisfies Iam<'PutGroupPolicy'>,
  GetGroupPolicy: { ...ofGroup, ...named } satisfies Iam<'GetGroupPolicy'>,
  DeleteGroupPolicy: { ...ofGroup, ...named } satisfies Iam<'DeleteGroupPolicy'>,
  ListGroupPolicies: { ...ofGroup, ...page } satisfies Iam<'ListGroupPolicies'>,
  PutRolePolicy: { ...ofRole, ...inline } satisfies Iam<'PutRolePolicy'>,
  GetRolePolicy: { ...ofRole, ...named } satisfies Iam<'GetRolePolicy'>,
  DeleteRolePolicy: { ...ofRole, ...named } satisfies Iam<'DeleteRolePolicy'>,
  ListRolePolicies: { ...ofRole, ...page } satisfies Iam<'ListRolePolicies'>,

  AttachUserPolicy: { ...ofUser, ...managed } satisfies Iam<'AttachUserPolicy'>,
  DetachUserPolicy: { ...ofUser, ...managed } satisfies Iam<'DetachUserPolicy'>,
  ListAttachedUserPolicies: {
    ...ofUser,
    PathPrefix: pathPrefix,
    ...page,
  } satisfies Iam<'ListAttachedUserPolicies'>,
  AttachGroupPolicy: { ...ofGroup, ...managed } satisfies Iam<'AttachGroupPolicy'>,
  DetachGroupPolicy: { ...ofGroup, ...managed } satisfies Iam<'DetachGroupPolicy'>,
  ListAttachedGroupPolicies: {
    ...ofGroup,
    PathPrefix: pathPrefix,
    ...page,
  } satisfies Iam<'ListAttachedGroupPolicies'>,
  AttachRolePolicy: { ...ofRole, ...managed } satisfies Iam<'AttachRolePolicy'>,
  DetachRolePolicy: { ...ofRole, ...managed } satisfies Iam<'DetachRolePolicy'>,
  ListAttachedRolePolicies: {
    ...ofRole,
    PathPrefix: pathPrefix,
    ...page,
  } satisfies Iam<'ListAttachedRolePolicies'>,

  PutUserPermissionsBoundary: {
    ...ofUser,
    ...boundary,
  } satisfies Iam<'PutUserPermissionsBoundary'>,
  DeleteUserPermissionsBoundary: ofUser satisfies Iam<'DeleteUserPermissionsBoundary'>,
  PutRolePermissionsBoundary: {
    ...ofRole,
    ...boundary,
  } satisfies Iam<'PutRolePermissionsBoundary'>,
  DeleteRolePermissionsBoundary: ofRole satisfies Iam<'DeleteRolePermissionsBoundary'>,

  CreatePolicy: {
    PolicyName: policyName,
    Path: path,
    PolicyDocument: document,
    Description: description,
    Tags: tags,
  } satisfies Iam<'CreatePolicy'>,
  GetPolicy: managed satisfies Iam<'GetPolicy'>,
  ListPolicies: {
    Scope: { kind: 'enum', values: { All: true, AWS: true, Local: true } },
    OnlyAttached: flag,
    PathPrefix: pathPrefix,
    PolicyUsageFilter: usage,
    ...page,
  } satisfies Iam<'ListPolicies'>,
  DeletePolicy: managed satisfies Iam<'DeletePolicy'>,
  CreatePolicyVersion: {
    ...managed,
    PolicyDocument: document,
    SetAsDefault: flag,
  } satisfies Iam<'CreatePolicyVersion'>,
  GetPolicyVersion: { ...managed, VersionId: versionId } satisfies Iam<'GetPolicyVersion'>,
  ListPolicyVersions: { ...managed, ...page } satisfies Iam<'ListPolicyVersions'>,
  DeletePolicyVersion: { ...managed, VersionId: versionId } satisfies Iam<'DeletePolicyVersion'>,
  SetDefaultPolicyVersion: {
    ...managed,
    VersionId: versionId,
  } satisfies Iam<'SetDefaultPolicyVersion'>,
  TagPolicy: { ...managed, Tags: requiredTags } satisfies Iam<'TagPolicy'>,
  UntagPolicy: { ...managed, TagKeys: tagKeys } satisfies Iam<'UntagPolicy'>,
  ListPolicyTags: { ...managed, ...page } satisfies Iam<'ListPolicyTags'>,
  ListEntitiesForPolicy: {
    ...managed,
    EntityFilter: {
      kind: 'enum',
      values: {
        AWSManagedPolicy: true,
        Group: true,
        LocalManagedPolicy: true,
        Role: true,
        User: true,
      },
    },
    PathPrefix: pathPrefix,
    PolicyUsageFilter: usage,
    ...page,
  } satisfies Iam<'ListEntitiesForPolicy'>,
} as const;
