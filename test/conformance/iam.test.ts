/** IAM with the AWS SDK: entities, errors, and the immediate effect of changes on callers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountSummaryCommand,
  GetGroupCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupsForUserCommand,
  ListPoliciesCommand,
  ListUserTagsCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateUserCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { administrator, clientsFor, newUser, policy } from '../support/principals.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const ACCOUNT = '111122223333';
const everything = policy({ Action: '*', Resource: '*' });
const trustsAccount = policy({ Action: 'sts:AssumeRole', Principal: { AWS: ACCOUNT } });

/** Returns a predicate for an SDK error with this name, HTTP status and message. */
function sdkError(name: string, status: number, text: RegExp) {
  return (error: Error & { $metadata?: { httpStatusCode?: number } }): boolean => {
    assert.equal(error.name, name);
    assert.equal(error.$metadata?.httpStatusCode, status);
    assert.match(error.message, text);
    return true;
  };
}

describe('IAM', () => {
  let world: World;
  let iam: IAMClient;
  before(async () => {
    world = await startWorld();
    iam = administrator(world).iam;
  });
  after(async () => {
    iam.destroy();
    await world[Symbol.asyncDispose]();
  });

  it('returns a user as it was created, with path and tags', async () => {
    const { User } = await iam.send(
      new CreateUserCommand({
        UserName: 'ann',
        Path: '/eng/',
        Tags: [{ Key: 'team', Value: 'keys' }],
      }),
    );
    assert.equal(User?.Arn, `arn:aws:iam::${ACCOUNT}:user/eng/ann`);
    assert.match(User.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
    assert.deepEqual((await iam.send(new GetUserCommand({ UserName: 'ann' }))).User, User);
    await iam.send(
      new TagUserCommand({
        UserName: 'ann',
        Tags: [
          { Key: 'TEAM', Value: 'x' },
          { Key: 'b', Value: '' },
        ],
      }),
    );
    await iam.send(new UntagUserCommand({ UserName: 'ann', TagKeys: ['b'] }));
    assert.deepEqual((await iam.send(new ListUserTagsCommand({ UserName: 'ann' }))).Tags, [
      { Key: 'TEAM', Value: 'x' },
    ]);
    assert.equal(
      (await iam.send(new GetUserCommand({}))).User?.UserName,
      'admin',
      'defaults to the caller',
    );
  });

  it('lists users in pages, and by path', async () => {
    for (const name of ['l1', 'l2', 'l3'])
      await iam.send(new CreateUserCommand({ UserName: name, Path: '/list/' }));
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(
        new ListUsersCommand({
          PathPrefix: '/list/',
          MaxItems: 2,
          ...(Marker !== undefined && { Marker }),
        }),
      );
      names.push(...(page.Users ?? []).map(({ UserName }) => UserName));
      Marker = page.Marker;
      assert.equal(page.IsTruncated, Marker !== undefined);
    } while (Marker !== undefined);
    assert.deepEqual(names, ['l1', 'l2', 'l3']);
    await assert.rejects(
      iam.send(new ListUsersCommand({ Marker: 'x' })),
      sdkError('ValidationError', 400, /Invalid Marker/),
    );
  });

  it('returns the errors that AWS returns', async () => {
    await assert.rejects(
      iam.send(new GetUserCommand({ UserName: 'nobody' })),
      sdkError('NoSuchEntityException', 404, /The user with name nobody cannot be found\./),
    );
    await assert.rejects(
      iam.send(new CreateUserCommand({ UserName: 'Admin' })),
      sdkError('EntityAlreadyExistsException', 409, /User with name Admin already exists\./),
    );
    await assert.rejects(
      iam.send(
        new PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'p', PolicyDocument: '{' }),
      ),
      sdkError('MalformedPolicyDocumentException', 400, /./),
    );
    await assert.rejects(
      iam.send(new CreateUserCommand({ UserName: 'no spaces' })),
      sdkError('ValidationError', 400, /at 'userName' failed to satisfy constraint/),
    );
    await assert.rejects(
      iam.send(
        new TagUserCommand({
          UserName: 'admin',
          Tags: [
            { Key: 'a', Value: '' },
            { Key: 'A', Value: '' },
          ],
        }),
      ),
      sdkError('InvalidInputException', 400, /Duplicate tag keys/),
    );
    await assert.rejects(
      iam.send(
        new AttachUserPolicyCommand({
          UserName: 'admin',
          PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/none`,
        }),
      ),
      sdkError('NoSuchEntityException', 404, /does not exist or is not attachable/),
    );
  });

  it('allows a user two access keys, and each works until it is deactivated or deleted', async () => {
    const user = await newUser(world, iam, 'bob');
    assert.equal(
      (await user.sts.send(new GetCallerIdentityCommand({}))).Arn,
      `arn:aws:iam::${ACCOUNT}:user/bob`,
    );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
    const second = clientsFor(world, {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    await second.sts.send(new GetCallerIdentityCommand({}));
    await assert.rejects(
      iam.send(new CreateAccessKeyCommand({ UserName: 'bob' })),
      sdkError('LimitExceededException', 409, /AccessKeysPerUser: 2/),
    );

    const of = { UserName: 'bob', AccessKeyId: AccessKey?.AccessKeyId };
    await iam.send(new UpdateAccessKeyCommand({ ...of, Status: 'Inactive' }));
    await assert.rejects(
      second.sts.send(new GetCallerIdentityCommand({})),
      sdkError('InvalidClientTokenId', 403, /security token/),
    );
    await iam.send(new UpdateAccessKeyCommand({ ...of, Status: 'Active' }));
    await second.sts.send(new GetCallerIdentityCommand({}));
    const used = await until('the use is recorded', async () => {
      const { AccessKeyLastUsed } = await iam.send(
        new GetAccessKeyLastUsedCommand({ AccessKeyId: of.AccessKeyId }),
      );
      return AccessKeyLastUsed?.LastUsedDate && AccessKeyLastUsed;
    });
    assert.deepEqual([used.ServiceName, used.Region], ['sts', 'us-east-1']);
    await iam.send(new DeleteAccessKeyCommand(of));
    await assert.rejects(
      second.sts.send(new GetCallerIdentityCommand({})),
      sdkError('InvalidClientTokenId', 403, /security token/),
    );
    assert.equal(
      (await iam.send(new ListAccessKeysCommand({ UserName: 'bob' }))).AccessKeyMetadata?.length,
      1,
    );
  });

  it('allows what inline, attached and group policies allow, from the next request on', async () => {
    const carl = await newUser(world, iam, 'carl');
    const may = (): Promise<boolean> =>
      carl.kms.send(new ListKeysCommand({})).then(
        () => true,
        (error: Error) => {
          assert.equal(error.name, 'AccessDeniedException');
          return false;
        },
      );
    const PolicyDocument = policy({ Action: 'kms:ListKeys', Resource: '*' });
    assert.equal(await may(), false);
    await iam.send(new PutUserPolicyCommand({ UserName: 'carl', PolicyName: 'p', PolicyDocument }));
    assert.equal(await may(), true);
    await iam.send(new DeleteUserPolicyCommand({ UserName: 'carl', PolicyName: 'p' }));
    assert.equal(await may(), false);
    await iam.send(
      new AttachUserPolicyCommand({
        UserName: 'carl',
        PolicyArn: 'arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser',
      }),
    );
    assert.equal(await may(), true);
    await carl.kms.send(new CreateKeyCommand({}));
    await iam.send(
      new DetachUserPolicyCommand({
        UserName: 'carl',
        PolicyArn: 'arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser',
      }),
    );
    assert.equal(await may(), false);
    await iam.send(new CreateGroupCommand({ GroupName: 'listers' }));
    await iam.send(
      new PutGroupPolicyCommand({ GroupName: 'listers', PolicyName: 'p', PolicyDocument }),
    );
    await iam.send(new AddUserToGroupCommand({ GroupName: 'listers', UserName: 'carl' }));
    assert.equal(await may(), true);
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'listers', UserName: 'carl' }));
    assert.equal(await may(), false);
  });

  it('limits a user by its permissions boundary', async () => {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'only-list',
        PolicyDocument: policy({ Action: 'kms:List*', Resource: '*' }),
      }),
    );
    const dora = await newUser(world, iam, 'dora', { Action: '*', Resource: '*' });
    await dora.kms.send(new CreateKeyCommand({}));
    await iam.send(
      new PutUserPermissionsBoundaryCommand({ UserName: 'dora', PermissionsBoundary: Policy?.Arn }),
    );
    await dora.kms.send(new ListKeysCommand({}));
    await assert.rejects(
      dora.kms.send(new CreateKeyCommand({})),
      /because no permissions boundary allows the kms:CreateKey action/,
    );
    const { User } = await iam.send(new GetUserCommand({ UserName: 'dora' }));
    assert.equal(User?.PermissionsBoundary?.PermissionsBoundaryArn, Policy?.Arn);
    await assert.rejects(
      iam.send(new DeletePolicyCommand({ PolicyArn: Policy?.Arn })),
      sdkError('DeleteConflictException', 409, /attached/),
    );
  });

  it('keeps up to five versions of a managed policy, and never reuses a version number', async () => {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'versions',
        PolicyDocument: everything,
        Description: 'all',
      }),
    );
    const PolicyArn = Policy?.Arn;
    for (const VersionId of ['v2', 'v3', 'v4', 'v5']) {
      const made = await iam.send(
        new CreatePolicyVersionCommand({
          PolicyArn,
          PolicyDocument: everything,
          SetAsDefault: true,
        }),
      );
      assert.equal(made.PolicyVersion?.VersionId, VersionId);
    }
    const another = new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: everything });
    await assert.rejects(
      iam.send(another),
      sdkError('LimitExceededException', 409, /up to 5 versions/),
    );
    await assert.rejects(
      iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' })),
      sdkError('DeleteConflictException', 409, /default version/),
    );
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    assert.equal(
      (await iam.send(another)).PolicyVersion?.VersionId,
      'v6',
      'a version number is not reused',
    );
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v5' }),
    );
    assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), everything);
    assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.Description, 'all');
  });

  it('lists the users that a policy is attached to', async () => {
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'attached', Path: '/p/', PolicyDocument: everything }),
    );
    await iam.send(new CreateUserCommand({ UserName: 'eve' }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'eve', PolicyArn: Policy?.Arn }));
    const entities = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: Policy?.Arn }));
    assert.deepEqual(
      entities.PolicyUsers?.map(({ UserName }) => UserName),
      ['eve'],
    );
    const listed = await iam.send(
      new ListPoliciesCommand({ Scope: 'Local', OnlyAttached: true, PathPrefix: '/p/' }),
    );
    assert.deepEqual(
      listed.Policies?.map(({ PolicyName, AttachmentCount }) => [PolicyName, AttachmentCount]),
      [['attached', 1]],
    );
    const { AttachedPolicies } = await iam.send(
      new ListAttachedUserPoliciesCommand({ UserName: 'eve' }),
    );
    assert.deepEqual(AttachedPolicies, [{ PolicyName: 'attached', PolicyArn: Policy?.Arn }]);
  });

  it('keeps access keys, groups and policies when a user is renamed, and rejects deleting entities in use', async () => {
    const user = await newUser(world, iam, 'finn', { Action: 'kms:ListKeys', Resource: '*' });
    await iam.send(new CreateGroupCommand({ GroupName: 'g' }));
    await iam.send(new AddUserToGroupCommand({ GroupName: 'g', UserName: 'finn' }));
    await iam.send(new UpdateUserCommand({ UserName: 'finn', NewUserName: 'flynn' }));
    assert.equal(
      (await user.sts.send(new GetCallerIdentityCommand({}))).Arn,
      `arn:aws:iam::${ACCOUNT}:user/flynn`,
    );
    assert.deepEqual(
      (await iam.send(new GetGroupCommand({ GroupName: 'g' }))).Users?.map(
        ({ UserName }) => UserName,
      ),
      ['flynn'],
    );
    assert.deepEqual(
      (await iam.send(new ListGroupsForUserCommand({ UserName: 'flynn' }))).Groups?.map(
        ({ GroupName }) => GroupName,
      ),
      ['g'],
    );
    assert.ok(
      (await iam.send(new GetUserPolicyCommand({ UserName: 'flynn', PolicyName: 'own' })))
        .PolicyDocument,
    );

    const gone = new DeleteUserCommand({ UserName: 'flynn' });
    await assert.rejects(
      iam.send(gone),
      sdkError('DeleteConflictException', 409, /must delete access keys first/),
    );
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'flynn' }));
    await iam.send(
      new DeleteAccessKeyCommand({
        UserName: 'flynn',
        AccessKeyId: AccessKeyMetadata?.[0]?.AccessKeyId,
      }),
    );
    await assert.rejects(
      iam.send(gone),
      sdkError('DeleteConflictException', 409, /must delete policies first/),
    );
    await iam.send(new DeleteUserPolicyCommand({ UserName: 'flynn', PolicyName: 'own' }));
    await assert.rejects(iam.send(gone), sdkError('DeleteConflictException', 409, /group/));
    await assert.rejects(
      iam.send(new DeleteGroupCommand({ GroupName: 'g' })),
      sdkError('DeleteConflictException', 409, /users/),
    );
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'g', UserName: 'flynn' }));
    await iam.send(gone);
    await iam.send(new DeleteGroupCommand({ GroupName: 'g' }));
  });

  it('creates, returns and deletes a role with its trust policy', async () => {
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'r',
        AssumeRolePolicyDocument: trustsAccount,
        Description: 'd',
        MaxSessionDuration: 7200,
      }),
    );
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), trustsAccount);
    assert.deepEqual((await iam.send(new GetRoleCommand({ RoleName: 'r' }))).Role, Role);
    await assert.rejects(
      iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: 'r',
          PolicyDocument: policy({ Action: 'sts:AssumeRole' }),
        }),
      ),
      sdkError('MalformedPolicyDocumentException', 400, /Principal/),
    );
    await iam.send(new DeleteRoleCommand({ RoleName: 'r' }));
    await assert.rejects(
      iam.send(new GetRoleCommand({ RoleName: 'r' })),
      sdkError('NoSuchEntityException', 404, /role with name r/),
    );
  });

  it('creates identity providers, and rejects URLs without https', async () => {
    const made = await iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: 'https://oidc.example.com/cluster/',
        ClientIDList: ['sts.amazonaws.com'],
      }),
    );
    assert.equal(
      made.OpenIDConnectProviderArn,
      `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.example.com/cluster`,
    );
    const shown = await iam.send(
      new GetOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: made.OpenIDConnectProviderArn,
      }),
    );
    assert.deepEqual(
      [shown.Url, shown.ClientIDList],
      ['oidc.example.com/cluster', ['sts.amazonaws.com']],
    );
    await assert.rejects(
      iam.send(new CreateOpenIDConnectProviderCommand({ Url: 'http://oidc.example.com' })),
      sdkError('InvalidInputException', 400, /https/),
    );
  });

  it('authorises IAM calls by the ARN of the resource', async () => {
    const gil = await newUser(world, iam, 'gil', {
      Action: 'iam:*AccessKey*',
      Resource: 'arn:aws:iam::*:user/${aws:username}',
    });
    assert.equal((await gil.iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata?.length, 1);
    await assert.rejects(
      gil.iam.send(new ListAccessKeysCommand({ UserName: 'admin' })),
      sdkError('AccessDenied', 403, /iam:ListAccessKeys on resource: .*user\/admin/),
    );
    await assert.rejects(
      gil.iam.send(new GetUserCommand({})),
      sdkError('AccessDenied', 403, /no identity-based policy allows/),
    );
  });

  it('lets conditions test the tags of the resource and the policy to attach', async () => {
    const statement = {
      Action: 'iam:AttachUserPolicy',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:ResourceTag/team': 'keys' },
        ArnEquals: { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      },
    };
    const hana = await newUser(world, iam, 'hana', statement);
    await iam.send(
      new CreateUserCommand({ UserName: 'tagged', Tags: [{ Key: 'team', Value: 'keys' }] }),
    );
    const attach = (UserName: string, name: string) =>
      hana.iam.send(
        new AttachUserPolicyCommand({ UserName, PolicyArn: `arn:aws:iam::aws:policy/${name}` }),
      );
    await attach('tagged', 'ReadOnlyAccess');
    await assert.rejects(attach('tagged', 'AdministratorAccess'), { name: 'AccessDenied' });
    await assert.rejects(attach('hana', 'ReadOnlyAccess'), { name: 'AccessDenied' });
  });

  it('returns the number of users and a quota in the account summary', async () => {
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    assert.ok((SummaryMap?.['Users'] ?? 0) > 1);
    assert.equal(SummaryMap?.['AccessKeysPerUserQuota'], 2);
  });
});
