import type { SdkRequest } from '../sdk-types.ts';
import type { ShapeOf } from '../shape.ts';
import {
  accessKeyId,
  arn,
  groupName,
  newUserName,
  page,
  path,
  pathPrefix,
  requiredAccessKeyId,
  requiredTags,
  requiredUserName,
  tagKeys,
  tags,
  userName,
} from './members.ts';

type Iam<N extends string> = ShapeOf<SdkRequest<'iam', N>>;

const newGroupName = { ...groupName, max: 128 } as const;
const onlyUserName = { UserName: requiredUserName } as const;

/** Operations on users, their access keys and groups. */
export const userShapes = {
  CreateUser: {
    Path: path,
    UserName: newUserName,
    PermissionsBoundary: arn,
    Tags: tags,
  } satisfies Iam<'CreateUser'>,
  GetUser: { UserName: userName } satisfies Iam<'GetUser'>,
  ListUsers: { PathPrefix: pathPrefix, ...page } satisfies Iam<'ListUsers'>,
  UpdateUser: {
    UserName: requiredUserName,
    NewPath: path,
    NewUserName: { ...userName, max: 64 },
  } satisfies Iam<'UpdateUser'>,
  DeleteUser: onlyUserName satisfies Iam<'DeleteUser'>,
  TagUser: { UserName: requiredUserName, Tags: requiredTags } satisfies Iam<'TagUser'>,
  UntagUser: { UserName: requiredUserName, TagKeys: tagKeys } satisfies Iam<'UntagUser'>,
  ListUserTags: { UserName: requiredUserName, ...page } satisfies Iam<'ListUserTags'>,

  CreateAccessKey: { UserName: userName } satisfies Iam<'CreateAccessKey'>,
  ListAccessKeys: { UserName: userName, ...page } satisfies Iam<'ListAccessKeys'>,
  UpdateAccessKey: {
    UserName: userName,
    AccessKeyId: requiredAccessKeyId,
    Status: {
      kind: 'enum',
      values: { Active: true, Expired: true, Inactive: true },
      required: true,
    },
  } satisfies Iam<'UpdateAccessKey'>,
  DeleteAccessKey: {
    UserName: userName,
    AccessKeyId: requiredAccessKeyId,
  } satisfies Iam<'DeleteAccessKey'>,
  GetAccessKeyLastUsed: {
    AccessKeyId: { ...accessKeyId, required: true },
  } satisfies Iam<'GetAccessKeyLastUsed'>,

  GetLoginProfile: { UserName: userName } satisfies Iam<'GetLoginProfile'>,
  DeleteLoginProfile: { UserName: userName } satisfies Iam<'DeleteLoginProfile'>,
  ListMFADevices: { UserName: userName, ...page } satisfies Iam<'ListMFADevices'>,
  ListVirtualMFADevices: {
    AssignmentStatus: { kind: 'enum', values: { Any: true, Assigned: true, Unassigned: true } },
    ...page,
  } satisfies Iam<'ListVirtualMFADevices'>,
  ListSSHPublicKeys: { UserName: userName, ...page } satisfies Iam<'ListSSHPublicKeys'>,
  ListSigningCertificates: { UserName: userName, ...page } satisfies Iam<'ListSigningCertificates'>,
  ListServiceSpecificCredentials: {
    UserName: userName,
    ServiceName: { kind: 'text' },
    AllUsers: { kind: 'bool' },
    ...page,
  } satisfies Iam<'ListServiceSpecificCredentials'>,

  CreateGroup: { Path: path, GroupName: newGroupName } satisfies Iam<'CreateGroup'>,
  GetGroup: { GroupName: groupName, ...page } satisfies Iam<'GetGroup'>,
  ListGroups: { PathPrefix: pathPrefix, ...page } satisfies Iam<'ListGroups'>,
  UpdateGroup: {
    GroupName: groupName,
    NewPath: path,
    NewGroupName: { ...userName, max: 128 },
  } satisfies Iam<'UpdateGroup'>,
  DeleteGroup: { GroupName: groupName } satisfies Iam<'DeleteGroup'>,
  AddUserToGroup: {
    GroupName: groupName,
    UserName: requiredUserName,
  } satisfies Iam<'AddUserToGroup'>,
  RemoveUserFromGroup: {
    GroupName: groupName,
    UserName: requiredUserName,
  } satisfies Iam<'RemoveUserFromGroup'>,
  ListGroupsForUser: { UserName: requiredUserName, ...page } satisfies Iam<'ListGroupsForUser'>,
} as const;
