/**
 * Attacks by an IAM user on resources that a policy denies: naming them differently, avoiding a
 * condition key, and moving an entity to another name or path.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetUserCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  TagPolicyCommand,
  UpdateGroupCommand,
  UpdateUserCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { administrator, newUser, policy, type Clients } from '../support/principals.ts';
import { refused } from '../support/refused.ts';
import { startWorld, type World } from '../support/world.ts';

const ACCOUNT = '111122223333';
const IAM = `arn:aws:iam::${ACCOUNT}:`;
const everything = policy({ Action: '*', Resource: '*' });
const nothing = policy({ Action: 's3:GetObject', Resource: '*' });
const trust = policy({ Action: 'sts:AssumeRole', Principal: { AWS: ACCOUNT } });

let world: World;
let admin: Clients;
const open: Disposable[] = [];

before(async () => {
  world = await startWorld();
  admin = administrator(world);
  open.push(admin);
});
after(async () => {
  for (const one of open) one[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
});

/** Returns IAM as a new user whose inline policy has these statements. */
async function attacker(name: string, ...statements: readonly object[]): Promise<IAMClient> {
  const clients = await newUser(world, admin.iam, name);
  open.push(clients);
  await admin.iam.send(
    new PutUserPolicyCommand({
      UserName: name,
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    }),
  );
  return clients.iam;
}

const allowIam = { Effect: 'Allow', Action: 'iam:*', Resource: '*' };

describe('an IAM user with a Deny on a managed policy', () => {
  const boundary = `${IAM}policy/DevBoundary`;
  const others = [
    `${IAM}policy/x/DevBoundary`,
    'arn:aws:iam::444455556666:policy/DevBoundary',
    `arn:aws-cn:iam::${ACCOUNT}:policy/DevBoundary`,
    `${IAM}policy/devboundary`,
    'arn:aws:iam::aws:policy/DevBoundary',
  ];
  let iam: IAMClient;
  before(async () => {
    await admin.iam.send(
      new CreatePolicyCommand({ PolicyName: 'DevBoundary', PolicyDocument: nothing }),
    );
    iam = await attacker('policy-changer', allowIam, {
      Effect: 'Deny',
      Action: 'iam:*',
      Resource: boundary,
    });
  });
  after(async () => {
    const { Policy } = await admin.iam.send(new GetPolicyCommand({ PolicyArn: boundary }));
    assert.equal(Policy?.DefaultVersionId, 'v1');
    assert.deepEqual(Policy.Tags ?? [], []);
  });

  it('cannot change it under its own ARN', async () => {
    await refused(
      iam.send(new DeletePolicyCommand({ PolicyArn: boundary })),
      'AccessDenied',
      /with an explicit deny/,
    );
  });

  for (const PolicyArn of others) {
    it(`cannot change it as ${PolicyArn}`, async () => {
      const text = `Policy ${PolicyArn} was not found.`;
      const change = new CreatePolicyVersionCommand({
        PolicyArn,
        PolicyDocument: everything,
        SetAsDefault: true,
      });
      await refused(iam.send(change), 'NoSuchEntityException', text);
      const tag = new TagPolicyCommand({ PolicyArn, Tags: [{ Key: 'a', Value: 'b' }] });
      await refused(iam.send(tag), 'NoSuchEntityException', text);
      await refused(
        iam.send(new DeletePolicyCommand({ PolicyArn })),
        'NoSuchEntityException',
        text,
      );
    });
  }
});

describe('an IAM user with a Deny on an identity provider', () => {
  it('cannot change or delete it under another ARN', async () => {
    const OpenIDConnectProviderArn = `${IAM}oidc-provider/oidc.example.com/a`;
    await admin.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: 'https://oidc.example.com/a' }),
    );
    const iam = await attacker('provider-changer', allowIam, {
      Effect: 'Deny',
      Action: 'iam:*',
      Resource: OpenIDConnectProviderArn,
    });
    for (const arn of [
      'arn:aws:iam::444455556666:oidc-provider/oidc.example.com/a',
      `arn:aws-cn:iam::${ACCOUNT}:oidc-provider/oidc.example.com/a`,
      `${IAM}oidc-provider/OIDC.example.com/a`,
    ]) {
      const named = { OpenIDConnectProviderArn: arn };
      await refused(
        iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...named, ClientID: 'mine' })),
        'NoSuchEntityException',
        `OpenIDConnect Provider not found for arn ${arn}`,
      );
      // Deleting a provider that does not exist succeeds, as at AWS.
      await iam.send(new DeleteOpenIDConnectProviderCommand(named));
    }
    const found = await admin.iam.send(
      new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }),
    );
    assert.deepEqual(found.ClientIDList ?? [], []);
  });
});

describe('an IAM user with permissions only on bounded users and roles', () => {
  const boundary = `${IAM}policy/Limit`;
  let iam: IAMClient;
  let denied: IAMClient;
  before(async () => {
    await admin.iam.send(new CreatePolicyCommand({ PolicyName: 'Limit', PolicyDocument: nothing }));
    for (const [name, PermissionsBoundary] of [
      ['bounded', boundary],
      ['free', undefined],
    ] as const) {
      await admin.iam.send(new CreateUserCommand({ UserName: name, PermissionsBoundary }));
      await admin.iam.send(
        new CreateRoleCommand({
          RoleName: name,
          AssumeRolePolicyDocument: trust,
          PermissionsBoundary,
        }),
      );
    }
    const Condition = { ArnEquals: { 'iam:PermissionsBoundary': boundary } };
    iam = await attacker('delegate', { ...allowIam, Condition });
    denied = await attacker('not-the-bounded', allowIam, {
      ...allowIam,
      Effect: 'Deny',
      Condition,
    });
  });

  const attached = { PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' };
  const inline = { PolicyName: 'p' };
  const document = { ...inline, PolicyDocument: everything };
  /** The operations that compare the attached boundary, in an order in which each can succeed. */
  const onUsers = [
    (UserName: string) => new AttachUserPolicyCommand({ UserName, ...attached }),
    (UserName: string) => new DetachUserPolicyCommand({ UserName, ...attached }),
    (UserName: string) => new PutUserPolicyCommand({ UserName, ...document }),
    (UserName: string) => new DeleteUserPolicyCommand({ UserName, ...inline }),
    (UserName: string) => new DeleteUserPermissionsBoundaryCommand({ UserName }),
  ] as const;
  const onRoles = [
    (RoleName: string) => new AttachRolePolicyCommand({ RoleName, ...attached }),
    (RoleName: string) => new DetachRolePolicyCommand({ RoleName, ...attached }),
    (RoleName: string) => new PutRolePolicyCommand({ RoleName, ...document }),
    (RoleName: string) => new DeleteRolePolicyCommand({ RoleName, ...inline }),
    (RoleName: string) => new DeleteRolePermissionsBoundaryCommand({ RoleName }),
  ] as const;
  const commands = [...onUsers, ...onRoles] as readonly ((
    name: string,
  ) => Parameters<IAMClient['send']>[0])[];

  for (const command of commands) {
    const name = command('x').constructor.name.replace('Command', '');
    it(`can call ${name} exactly where the boundary is attached`, async () => {
      await refused(iam.send(command('free')), 'AccessDenied');
      await refused(denied.send(command('bounded')), 'AccessDenied', /with an explicit deny/);
      await iam.send(command('bounded'));
    });
  }

  it('can attach the boundary, and no other', async () => {
    const user = { UserName: 'free' };
    const role = { RoleName: 'free' };
    const other = { PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess' };
    const own = { PermissionsBoundary: boundary };
    await refused(
      iam.send(new PutUserPermissionsBoundaryCommand({ ...user, ...other })),
      'AccessDenied',
    );
    await refused(
      iam.send(new PutRolePermissionsBoundaryCommand({ ...role, ...other })),
      'AccessDenied',
    );
    await iam.send(new PutUserPermissionsBoundaryCommand({ ...user, ...own }));
    await iam.send(new PutRolePermissionsBoundaryCommand({ ...role, ...own }));
  });
});

describe('an IAM user with permissions on one path', () => {
  let iam: IAMClient;
  before(async () => {
    await admin.iam.send(new CreateUserCommand({ UserName: 'bob', Path: '/team/' }));
    await admin.iam.send(new CreateGroupCommand({ GroupName: 'staff', Path: '/team/' }));
    iam = await attacker(
      'renamer',
      { Effect: 'Allow', Action: 'iam:UpdateUser', Resource: `${IAM}user/team/*` },
      { Effect: 'Allow', Action: 'iam:UpdateGroup', Resource: `${IAM}group/team/*` },
      {
        Effect: 'Deny',
        Action: 'iam:*',
        Resource: [`${IAM}user/team/robert`, `${IAM}group/team/root`],
      },
    );
  });

  it('cannot move them to a name or a path that it may not change', async () => {
    const target = (arn: string) => new RegExp(`on resource: ${arn}( |$)`);
    for (const [to, arn] of [
      [{ NewUserName: 'robert' }, 'user/team/robert'],
      [{ NewPath: '/admins/' }, 'user/admins/bob'],
      [{ NewPath: '/admins/', NewUserName: 'x' }, 'user/admins/x'],
    ] as const) {
      const update = new UpdateUserCommand({ UserName: 'bob', ...to });
      await refused(iam.send(update), 'AccessDenied', target(IAM + arn));
    }
    for (const [to, arn] of [
      [{ NewGroupName: 'root' }, 'group/team/root'],
      [{ NewPath: '/admins/' }, 'group/admins/staff'],
      [{ NewPath: '/admins/', NewGroupName: 'x' }, 'group/admins/x'],
    ] as const) {
      const update = new UpdateGroupCommand({ GroupName: 'staff', ...to });
      await refused(iam.send(update), 'AccessDenied', target(IAM + arn));
    }
    const { User } = await admin.iam.send(new GetUserCommand({ UserName: 'bob' }));
    assert.equal(User?.Path, '/team/');
    const { Group } = await admin.iam.send(new GetGroupCommand({ GroupName: 'staff' }));
    assert.equal(Group?.Path, '/team/');
  });

  it('can move them where it may change both', async () => {
    await iam.send(new UpdateUserCommand({ UserName: 'bob', NewUserName: 'rob' }));
    await iam.send(new UpdateGroupCommand({ GroupName: 'staff', NewGroupName: 'crew' }));
    await iam.send(new UpdateUserCommand({ UserName: 'rob', NewPath: '/team/a/' }));
    const { User } = await admin.iam.send(new GetUserCommand({ UserName: 'rob' }));
    assert.equal(User?.Arn, `${IAM}user/team/a/rob`);
  });
});
