import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import {
  arn,
  description,
  document,
  page,
  path,
  pathPrefix,
  requiredArn,
  requiredTags,
  roleName,
  sessionDuration,
  tagKey,
  tagKeys,
  tags,
} from './members.ts';

type Iam<N extends string> = ShapeOf<SdkRequest<'iam', N>>;

const thumbprints = { kind: 'list', member: { kind: 'text', min: 40, max: 40 } } as const;
const clientId = { kind: 'text', min: 1, max: 255 } as const;

/** Operations on roles, and on the identity providers that roles can trust. */
export const roleShapes = {
  CreateRole: {
    Path: path,
    RoleName: roleName,
    AssumeRolePolicyDocument: document,
    Description: description,
    MaxSessionDuration: sessionDuration,
    PermissionsBoundary: arn,
    Tags: tags,
  } satisfies Iam<'CreateRole'>,
  GetRole: { RoleName: roleName } satisfies Iam<'GetRole'>,
  ListRoles: { PathPrefix: pathPrefix, ...page } satisfies Iam<'ListRoles'>,
  UpdateRole: {
    RoleName: roleName,
    Description: description,
    MaxSessionDuration: sessionDuration,
  } satisfies Iam<'UpdateRole'>,
  UpdateRoleDescription: {
    RoleName: roleName,
    Description: { ...description, required: true },
  } satisfies Iam<'UpdateRoleDescription'>,
  UpdateAssumeRolePolicy: {
    RoleName: roleName,
    PolicyDocument: document,
  } satisfies Iam<'UpdateAssumeRolePolicy'>,
  DeleteRole: { RoleName: roleName } satisfies Iam<'DeleteRole'>,
  TagRole: { RoleName: roleName, Tags: requiredTags } satisfies Iam<'TagRole'>,
  UntagRole: { RoleName: roleName, TagKeys: tagKeys } satisfies Iam<'UntagRole'>,
  ListRoleTags: { RoleName: roleName, ...page } satisfies Iam<'ListRoleTags'>,
  ListInstanceProfilesForRole: {
    RoleName: roleName,
    ...page,
  } satisfies Iam<'ListInstanceProfilesForRole'>,

  CreateOpenIDConnectProvider: {
    Url: { kind: 'text', min: 1, max: 255, required: true },
    ClientIDList: { kind: 'list', member: clientId },
    ThumbprintList: thumbprints,
    Tags: tags,
  } satisfies Iam<'CreateOpenIDConnectProvider'>,
  GetOpenIDConnectProvider: {
    OpenIDConnectProviderArn: requiredArn,
  } satisfies Iam<'GetOpenIDConnectProvider'>,
  ListOpenIDConnectProviders: {},
  UpdateOpenIDConnectProviderThumbprint: {
    OpenIDConnectProviderArn: requiredArn,
    ThumbprintList: { ...thumbprints, required: true },
  } satisfies Iam<'UpdateOpenIDConnectProviderThumbprint'>,
  AddClientIDToOpenIDConnectProvider: {
    OpenIDConnectProviderArn: requiredArn,
    ClientID: { ...clientId, required: true },
  } satisfies Iam<'AddClientIDToOpenIDConnectProvider'>,
  RemoveClientIDFromOpenIDConnectProvider: {
    OpenIDConnectProviderArn: requiredArn,
    ClientID: { ...clientId, required: true },
  } satisfies Iam<'RemoveClientIDFromOpenIDConnectProvider'>,
  DeleteOpenIDConnectProvider: {
    OpenIDConnectProviderArn: requiredArn,
  } satisfies Iam<'DeleteOpenIDConnectProvider'>,
  TagOpenIDConnectProvider: {
    OpenIDConnectProviderArn: requiredArn,
    Tags: requiredTags,
  } satisfies Iam<'TagOpenIDConnectProvider'>,
  UntagOpenIDConnectProvider: {
    OpenIDConnectProviderArn: requiredArn,
    TagKeys: { kind: 'list', max: 50, member: tagKey, required: true },
  } satisfies Iam<'UntagOpenIDConnectProvider'>,
  ListOpenIDConnectProviderTags: {
    OpenIDConnectProviderArn: requiredArn,
    ...page,
  } satisfies Iam<'ListOpenIDConnectProviderTags'>,

  GetAccountSummary: {},
  ListAccountAliases: { ...page } satisfies Iam<'ListAccountAliases'>,
} as const;
