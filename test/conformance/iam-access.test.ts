/**
 * Calls by a user without permissions: every IAM operation, and some operations of STS, CloudTrail
 * and Keyhold. Checks the resource that each call is authorised on, and the audit events. An IAM
 * operation without a row fails.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as iamSdk from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetAccessKeyInfoCommand } from '@aws-sdk/client-sts';
import { registry } from '../../src/operations/index.ts';
import { awsFiles } from '../support/aws-files.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import { administrator, newUser, type Clients } from '../support/principals.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

const IAM = 'arn:aws:iam::111122223333:';
const PolicyArn = `${IAM}policy/p`;
const OpenIDConnectProviderArn = `${IAM}oidc-provider/oidc.example.com`;
const PolicyDocument = '{"Version":"2012-10-17","Statement":[]}';
const Tags = [{ Key: 'a', Value: 'b' }];
const TagKeys = ['a'];
const UserName = 'u';
const GroupName = 'g';
const RoleName = 'r';
const PolicyName = 'i';

const onUser = { on: `${IAM}user/u`, UserName };
const onGroup = { on: `${IAM}group/g`, GroupName };
const onRole = { on: `${IAM}role/r`, RoleName };
const onPolicy = { on: PolicyArn, PolicyArn };
const onProvider = { on: OpenIDConnectProviderArn, OpenIDConnectProviderArn };
const inline = { PolicyName, PolicyDocument };

/** Input by operation, with the resource that it is authorised on. */
const rows: Readonly<Record<string, { readonly on: string } & Readonly<Record<string, unknown>>>> =
  {
    AddClientIDToOpenIDConnectProvider: { ...onProvider, ClientID: 'c' },
    AddUserToGroup: { ...onGroup, UserName },
    AttachGroupPolicy: { ...onGroup, PolicyArn },
    AttachRolePolicy: { ...onRole, PolicyArn },
    AttachUserPolicy: { ...onUser, PolicyArn },
    CreateAccessKey: onUser,
    CreateGroup: { on: `${IAM}group/team/g`, GroupName, Path: '/team/' },
    CreateOpenIDConnectProvider: { on: OpenIDConnectProviderArn, Url: 'https://oidc.example.com' },
    CreatePolicy: { on: `${IAM}policy/team/i`, ...inline, Path: '/team/' },
    CreatePolicyVersion: { ...onPolicy, PolicyDocument },
    CreateRole: {
      on: `${IAM}role/team/r`,
      RoleName,
      Path: '/team/',
      AssumeRolePolicyDocument: PolicyDocument,
    },
    CreateUser: { on: `${IAM}user/team/u`, UserName, Path: '/team/' },
    DeleteAccessKey: { ...onUser, AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' },
    DeleteGroup: onGroup,
    DeleteGroupPolicy: { ...onGroup, PolicyName },
    DeleteLoginProfile: onUser,
    DeleteOpenIDConnectProvider: onProvider,
    DeletePolicy: onPolicy,
    DeletePolicyVersion: { ...onPolicy, VersionId: 'v1' },
    DeleteRole: onRole,
    DeleteRolePermissionsBoundary: onRole,
    DeleteRolePolicy: { ...onRole, PolicyName },
    DeleteUser: onUser,
    DeleteUserPermissionsBoundary: onUser,
    DeleteUserPolicy: { ...onUser, PolicyName },
    DetachGroupPolicy: { ...onGroup, PolicyArn },
    DetachRolePolicy: { ...onRole, PolicyArn },
    DetachUserPolicy: { ...onUser, PolicyArn },
    // Called with the administrator's access key: see below.
    GetAccessKeyLastUsed: { on: `${IAM}user/admin` },
    GetAccountSummary: { on: '*' },
    GetGroup: onGroup,
    GetGroupPolicy: { ...onGroup, PolicyName },
    GetLoginProfile: onUser,
    GetOpenIDConnectProvider: onProvider,
    GetPolicy: onPolicy,
    GetPolicyVersion: { ...onPolicy, VersionId: 'v1' },
    GetRole: onRole,
    GetRolePolicy: { ...onRole, PolicyName },
    GetUser: onUser,
    GetUserPolicy: { ...onUser, PolicyName },
    ListAccessKeys: onUser,
    ListAccountAliases: { on: '*' },
    ListAttachedGroupPolicies: onGroup,
    ListAttachedRolePolicies: onRole,
    ListAttachedUserPolicies: onUser,
    ListEntitiesForPolicy: onPolicy,
    ListGroupPolicies: onGroup,
    ListGroups: { on: `${IAM}group/` },
    ListGroupsForUser: onUser,
    ListInstanceProfilesForRole: onRole,
    ListMFADevices: onUser,
    ListOpenIDConnectProviderTags: onProvider,
    ListOpenIDConnectProviders: { on: `${IAM}oidc-provider/` },
    ListPolicies: { on: `${IAM}policy/` },
    ListPolicyTags: onPolicy,
    ListPolicyVersions: onPolicy,
    ListRolePolicies: onRole,
    ListRoleTags: onRole,
    ListRoles: { on: `${IAM}role/` },
    ListSSHPublicKeys: onUser,
    ListServiceSpecificCredentials: onUser,
    ListSigningCertificates: onUser,
    ListUserPolicies: onUser,
    ListUserTags: onUser,
    ListUsers: { on: `${IAM}user/` },
    ListVirtualMFADevices: { on: `${IAM}mfa/` },
    PutGroupPolicy: { ...onGroup, ...inline },
    PutRolePermissionsBoundary: { ...onRole, PermissionsBoundary: PolicyArn },
    PutRolePolicy: { ...onRole, ...inline },
    PutUserPermissionsBoundary: { ...onUser, PermissionsBoundary: PolicyArn },
    PutUserPolicy: { ...onUser, ...inline },
    RemoveClientIDFromOpenIDConnectProvider: { ...onProvider, ClientID: 'c' },
    RemoveUserFromGroup: { ...onGroup, UserName },
    SetDefaultPolicyVersion: { ...onPolicy, VersionId: 'v1' },
    TagOpenIDConnectProvider: { ...onProvider, Tags },
    TagPolicy: { ...onPolicy, Tags },
    TagRole: { ...onRole, Tags },
    TagUser: { ...onUser, Tags },
    UntagOpenIDConnectProvider: { ...onProvider, TagKeys },
    UntagPolicy: { ...onPolicy, TagKeys },
    UntagRole: { ...onRole, TagKeys },
    UntagUser: { ...onUser, TagKeys },
    UpdateAccessKey: { ...onUser, AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA', Status: 'Inactive' },
    UpdateAssumeRolePolicy: { ...onRole, PolicyDocument },
    UpdateGroup: { ...onGroup, NewGroupName: 'h' },
    UpdateOpenIDConnectProviderThumbprint: { ...onProvider, ThumbprintList: [] },
    UpdateRole: onRole,
    UpdateRoleDescription: { ...onRole, Description: 'd' },
    UpdateUser: { ...onUser, NewUserName: 'v' },
  };

describe('a user without permissions', () => {
  let world: World;
  let nobody: Clients;
  before(async () => {
    world = await startWorld();
    using admin = administrator(world);
    nobody = await newUser(world, admin.iam, 'nobody');
  });
  after(() => world[Symbol.asyncDispose]());

  const denial = (action: string, on: string) => {
    const text = `User: ${IAM}user/nobody is not authorized to perform: ${action} on resource: ${on} because`;
    return (error: Error): boolean =>
      error.message.startsWith(text) ||
      assert.fail(`${error.message}\ndoes not begin with\n${text}`);
  };

  it('is denied every IAM operation, on its resource', async () => {
    assert.deepEqual(
      Object.keys(rows).toSorted(),
      [...registry.iam.keys()].toSorted(),
      'every operation has a row',
    );
    const commands = iamSdk as unknown as Readonly<
      Record<string, new (input: object) => iamSdk.ListUsersCommand>
    >;
    for (const [name, { on, ...input }] of Object.entries(rows)) {
      const Command = commands[`${name}Command`];
      assert.ok(Command);
      const whole =
        name === 'GetAccessKeyLastUsed'
          ? { AccessKeyId: awsFiles(world.data).credentials.accessKeyId }
          : input;
      await assert.rejects(nobody.iam.send(new Command(whole)), denial(`iam:${name}`, on), name);
    }
  });

  it('is denied operations of STS, CloudTrail and keyhold account', async () => {
    await assert.rejects(
      nobody.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' })),
      denial('sts:GetAccessKeyInfo', '*'),
    );
    const RoleArn = `${IAM}role/r`;
    await assert.rejects(
      nobody.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' })),
      denial('sts:AssumeRole', RoleArn),
    );
    const credentials = await nobody.iam.config.credentials();
    const cloudtrail = new CloudTrailClient({
      region: world.region,
      endpoint: world.server.endpoint,
      credentials,
    });
    await assert.rejects(
      cloudtrail.send(new LookupEventsCommand({})),
      denial('cloudtrail:LookupEvents', '*'),
    );
    const env = {
      ...world.environment(),
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    for (const args of [
      ['list'],
      ['create'],
      ['get-policies', '111122223333'],
      ['put-policies', '111122223333'],
    ]) {
      assert.match(
        (await keyhold(['account', ...args], env)).stderr,
        /not authorized to perform: keyhold:\w+ on/,
      );
    }
  });

  it('leaves an audit event of each IAM and STS denial', () => {
    const denials = auditEvents(world.data).filter(
      ({ errorCode, errorMessage }) =>
        errorCode === 'AccessDenied' && /user\/nobody/.test(String(errorMessage)),
    );
    const names = new Set(denials.map(({ eventName }) => eventName));
    assert.deepEqual(
      [...Object.keys(rows), 'AssumeRole', 'GetAccessKeyInfo'].filter((name) => !names.has(name)),
      [],
    );
  });
});
