/** STS with the AWS SDK: sessions of roles and users, their limits and their end. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type AssumeRoleCommandInput,
} from '@aws-sdk/client-sts';
import { awsFiles } from '../support/aws-files.ts';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts';
import {
  administrator,
  clientsFor,
  fromSts,
  newUser,
  policy,
  type Clients,
} from '../support/principals.ts';
import { until } from '../support/until.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

const ACCOUNT = '111122223333';
const trustsAccount = {
  Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
  Principal: { AWS: ACCOUNT },
};

describe('STS', () => {
  let world: World;
  let admin: Clients;
  before(async () => {
    world = await startWorld();
    admin = administrator(world);
  });
  after(() => world[Symbol.asyncDispose]());

  async function newRole(
    name: string,
    trust: object,
    allows: object,
    more: object = {},
  ): Promise<string> {
    const { Role } = await admin.iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: policy(trust), ...more }),
    );
    await admin.iam.send(
      new PutRolePolicyCommand({
        RoleName: name,
        PolicyName: 'p',
        PolicyDocument: policy({ Resource: '*', ...allows }),
      }),
    );
    return Role?.Arn ?? '';
  }
  async function assume(RoleArn: string, more: Partial<AssumeRoleCommandInput> = {}, as = admin) {
    const answer = await as.sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session-1', ...more }),
    );
    return { answer, ...clientsFor(world, fromSts(answer.Credentials)) };
  }
  const whoIs = async ({ sts }: Pick<Clients, 'sts'>) =>
    (await sts.send(new GetCallerIdentityCommand({}))).Arn;

  it('gives a trusted principal the policies of a role, under a session name', async () => {
    const arn = await newRole(
      'lister',
      trustsAccount,
      { Action: 'kms:ListKeys' },
      { Path: '/apps/' },
    );
    const before = Date.now();
    const session = await assume(arn);
    assert.equal(await whoIs(session), `arn:aws:sts::${ACCOUNT}:assumed-role/lister/session-1`);
    assert.match(
      session.answer.AssumedRoleUser?.AssumedRoleId ?? '',
      /^AROA[A-Z2-7]{17}:session-1$/,
    );
    const issued = (session.answer.Credentials?.Expiration?.getTime() ?? 0) - 3_600_000;
    assert.ok(
      Math.floor(before / 1000) * 1000 <= issued && issued <= Date.now(),
      'an hour, to the second',
    );
    await session.kms.send(new ListKeysCommand({}));
    await assert.rejects(
      session.kms.send(new CreateKeyCommand({})),
      /assumed-role\/lister\/session-1 is not authorized to perform: kms:CreateKey/,
    );
    await admin.iam.send(new DeleteRolePolicyCommand({ RoleName: 'lister', PolicyName: 'p' }));
    await assert.rejects(session.kms.send(new ListKeysCommand({})), {
      name: 'AccessDeniedException',
    });
  });

  it('returns the same error for a role that does not trust the caller and for an unknown role', async () => {
    await newRole(
      'closed',
      { Action: 'sts:AssumeRole', Principal: { AWS: '999988887777' } },
      { Action: '*' },
    );
    const textFor = async (name: string): Promise<string> => {
      const error = await assume(`arn:aws:iam::${ACCOUNT}:role/${name}`).catch((one: Error) => one);
      assert.ok(error instanceof Error && error.name === 'AccessDenied');
      return error.message.replaceAll(name, 'NAME');
    };
    assert.equal(await textFor('closed'), await textFor('absent'));
  });

  it('requires an identity policy if the trust policy names only the account, and matches named users by ID', async () => {
    const arn = await newRole('delegated', trustsAccount, { Action: '*' });
    const poor = await newUser(world, admin.iam, 'poor');
    await assert.rejects(assume(arn, {}, poor), { name: 'AccessDenied' });
    const named = await newRole(
      'named',
      { Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/poor` } },
      { Action: '*' },
    );
    await assume(named, {}, poor);
    await admin.iam.send(new UpdateUserCommand({ UserName: 'poor', NewUserName: 'renamed' }));
    await assume(named, {}, poor);
    await admin.iam.send(new UpdateUserCommand({ UserName: 'renamed', NewUserName: 'poor' }));

    const unknown = newRole(
      'unknown',
      { Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/nobody` } },
      {},
    );
    await assert.rejects(
      unknown,
      /Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user\/nobody"/,
    );
    const { AccessKeyMetadata } = await admin.iam.send(
      new ListAccessKeysCommand({ UserName: 'poor' }),
    );
    await admin.iam.send(
      new DeleteAccessKeyCommand({
        UserName: 'poor',
        AccessKeyId: AccessKeyMetadata?.[0]?.AccessKeyId,
      }),
    );
    await admin.iam.send(new DeleteUserCommand({ UserName: 'poor' }));
    const namesake = await newUser(world, admin.iam, 'poor');
    await assert.rejects(
      assume(named, {}, namesake),
      { name: 'AccessDenied' },
      'a recreated user does not match',
    );
  });

  it('limits a session by its session policies', async () => {
    const arn = await newRole('limited', trustsAccount, { Action: '*' });
    const inline = await assume(arn, { Policy: policy({ Action: 'kms:ListKeys', Resource: '*' }) });
    assert.ok((inline.answer.PackedPolicySize ?? 0) > 0);
    await inline.kms.send(new ListKeysCommand({}));
    await assert.rejects(
      inline.kms.send(new CreateKeyCommand({})),
      /because no session policy allows/,
    );
    const managed = await assume(arn, {
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' }],
    });
    await assert.rejects(
      managed.kms.send(new ListKeysCommand({})),
      /because no session policy allows/,
    );
    await assert.rejects(assume(arn, { Policy: '{' }), {
      name: 'MalformedPolicyDocumentException',
    });
  });

  it('passes transitive tags and the source identity to chained sessions', async () => {
    const arn = await newRole('tagged', trustsAccount, { Action: ['sts:*'] });
    const PolicyDocument = policy({
      Action: 'kms:ListKeys',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/team': 'keys', 'aws:SourceIdentity': 'ann' } },
    });
    await admin.iam.send(
      new PutRolePolicyCommand({ RoleName: 'tagged', PolicyName: 'q', PolicyDocument }),
    );
    await assert.rejects((await assume(arn)).kms.send(new ListKeysCommand({})), {
      name: 'AccessDeniedException',
    });
    const session = await assume(arn, {
      Tags: [{ Key: 'team', Value: 'keys' }],
      TransitiveTagKeys: ['team'],
      SourceIdentity: 'ann',
    });
    await session.kms.send(new ListKeysCommand({}));
    const chained = await assume(arn, {}, { ...admin, sts: session.sts });
    await chained.kms.send(new ListKeysCommand({}));
    const plain = await newRole(
      'plain',
      { Action: 'sts:AssumeRole', Principal: { AWS: ACCOUNT } },
      { Action: '*' },
    );
    await assert.rejects(
      assume(plain, {}, { ...admin, sts: session.sts }),
      /sts:TagSession/,
      'passing tags on requires a permission',
    );
    const asSession = { ...admin, sts: session.sts };
    await assert.rejects(
      assume(arn, { Tags: [{ Key: 'team', Value: 'other' }] }, asSession),
      /conflicts with a transitive tag key/,
    );
    await assert.rejects(assume(arn, { SourceIdentity: 'eve' }, asSession), {
      name: 'AccessDenied',
    });
  });

  it('limits the duration by the role’s maximum', async () => {
    const arn = await newRole('long', trustsAccount, { Action: '*' }, { MaxSessionDuration: 7200 });
    await assume(arn, { DurationSeconds: 7200 });
    await assert.rejects(
      assume(arn, { DurationSeconds: 7201 }),
      /exceeds the MaxSessionDuration set for this role/,
    );
    await assert.rejects(assume(arn, { DurationSeconds: 60 }), { name: 'ValidationError' });
  });

  it('ends a session when its role is deleted, even if the role is recreated', async () => {
    const arn = await newRole('short-lived', trustsAccount, { Action: '*' });
    const session = await assume(arn);
    await whoIs(session);
    await admin.iam.send(new DeleteRolePolicyCommand({ RoleName: 'short-lived', PolicyName: 'p' }));
    await admin.iam.send(new DeleteRoleCommand({ RoleName: 'short-lived' }));
    await assert.rejects(whoIs(session), { name: 'InvalidClientTokenId' });
    await newRole('short-lived', trustsAccount, { Action: '*' });
    await assert.rejects(whoIs(session), { name: 'InvalidClientTokenId' });
  });

  it('accepts only the session’s own token and secret', async () => {
    const arn = await newRole('tokens', trustsAccount, { Action: '*' });
    const [one, other] = [await assume(arn), await assume(arn)];
    const token = fromSts(one.answer.Credentials);
    const foreign = fromSts(other.answer.Credentials);
    const invalid = [
      { accessKeyId: token.accessKeyId, secretAccessKey: token.secretAccessKey },
      { ...token, sessionToken: foreign.sessionToken ?? '' },
      { ...token, sessionToken: `${token.sessionToken?.slice(0, -4)}AAA=` },
      { ...awsFiles(world.data).credentials, sessionToken: token.sessionToken ?? '' },
    ];
    for (const credentials of invalid)
      await assert.rejects(whoIs(clientsFor(world, credentials)), { name: 'InvalidClientTokenId' });
    await assert.rejects(whoIs(clientsFor(world, { ...token, secretAccessKey: 'x' })), {
      name: 'SignatureDoesNotMatch',
    });
  });

  it('gives a user a session token, but not from within a session', async () => {
    const { Credentials } = await admin.sts.send(
      new GetSessionTokenCommand({ DurationSeconds: 900 }),
    );
    const session = clientsFor(world, fromSts(Credentials));
    assert.equal(await whoIs(session), `arn:aws:iam::${ACCOUNT}:user/admin`);
    await session.kms.send(new ListKeysCommand({}));
    await assert.rejects(session.sts.send(new GetSessionTokenCommand({})), {
      name: 'AccessDenied',
    });
    await assert.rejects(
      session.iam.send(new ListUsersCommand({})),
      { name: 'InvalidClientTokenId' },
      'IAM rejects session credentials',
    );
  });

  it('keeps sessions across a restart', async () => {
    const arn = await newRole('lasting', trustsAccount, { Action: '*' });
    const credentials = fromSts((await assume(arn)).answer.Credentials);
    await world.stop();
    await world.start();
    admin = administrator(world);
    assert.equal(
      await whoIs(clientsFor(world, credentials)),
      `arn:aws:sts::${ACCOUNT}:assumed-role/lasting/session-1`,
    );
  });

  it('pads a session token to the requested size', async () => {
    const { Credentials } = await admin.sts.send(
      new GetSessionTokenCommand({ MinimumSessionTokenSize: 4000 }),
    );
    assert.ok((Credentials?.SessionToken?.length ?? 0) >= 4000);
    await whoIs(clientsFor(world, fromSts(Credentials)));
  });

  it('returns the account of an access key', async () => {
    const { accessKeyId } = awsFiles(world.data).credentials;
    assert.equal(
      (await admin.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: accessKeyId }))).Account,
      ACCOUNT,
    );
  });

  describe('with tokens of an OpenID Connect provider', () => {
    let provider: IdentityProvider;
    let role: string;
    before(async () => {
      provider = await startIdentityProvider();
      await admin.iam.send(
        new CreateOpenIDConnectProviderCommand({
          Url: provider.issuer,
          ClientIDList: ['sts.amazonaws.com'],
        }),
      );
      const trust = {
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider.url}` },
        Condition: {
          StringEquals: {
            [`${provider.url}:sub`]: 'system:serviceaccount:apps:vault',
            [`${provider.url}:aud`]: 'sts.amazonaws.com',
          },
        },
      };
      role = await newRole('pod', trust, { Action: 'kms:ListKeys' });
    });
    after(() => provider[Symbol.asyncDispose]());

    const sub = 'system:serviceaccount:apps:vault';
    /** Calls AssumeRoleWithWebIdentity as a pod does, with no credentials except the token. */
    const exchange = (token: string, RoleArn = role) =>
      clientsFor(world, { accessKeyId: 'none', secretAccessKey: 'none' }).sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn,
          RoleSessionName: 'pod-1',
          WebIdentityToken: token,
        }),
      );

    it('assumes the role that trusts the token’s subject', async () => {
      const answer = await exchange(await provider.token({ sub }));
      assert.equal(answer.SubjectFromWebIdentityToken, sub);
      assert.equal(answer.Provider, `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider.url}`);
      const pod = clientsFor(world, fromSts(answer.Credentials));
      assert.equal(await whoIs(pod), `arn:aws:sts::${ACCOUNT}:assumed-role/pod/pod-1`);
      await pod.kms.send(new ListKeysCommand({}));
    });

    it('rejects tokens that are expired, forged, malformed or for another subject, audience, issuer or role', async () => {
      const cases: [string, string, RegExp][] = [
        [
          await provider.token({ sub: 'system:serviceaccount:apps:other' }),
          'AccessDenied',
          /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
        ],
        [
          await provider.token({ sub, aud: 'else' }),
          'InvalidIdentityTokenException',
          /Incorrect token audience/,
        ],
        [
          await provider.token({ sub, iss: 'https://oidc.example.com' }),
          'InvalidIdentityTokenException',
          /No OpenIDConnect provider found/,
        ],
        [await provider.token({ sub }, -60), 'ExpiredTokenException', /Token expired/],
        [await provider.token({}), 'InvalidIdentityTokenException', /sub/],
        ['not-a-token', 'InvalidIdentityTokenException', /not a valid JWT/],
      ];
      for (const [token, name, message] of cases)
        await assert.rejects(exchange(token), { name, message });
      const [header = '', , signature = ''] = (await provider.token({ sub: 'x' })).split('.');
      const forged = [header, (await provider.token({ sub })).split('.')[1], signature].join('.');
      await assert.rejects(exchange(forged), { name: 'InvalidIdentityTokenException' });
      await assert.rejects(
        exchange(await provider.token({ sub }), `arn:aws:iam::${ACCOUNT}:role/absent`),
        { name: 'AccessDenied' },
      );
    });

    it('sets session tags from the token', async () => {
      const tags = { principal_tags: { team: ['keys'] }, transitive_tag_keys: ['team'] };
      const PolicyDocument = policy({
        Action: 'kms:CreateKey',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'keys' } },
      });
      await admin.iam.send(
        new PutRolePolicyCommand({ RoleName: 'pod', PolicyName: 'tags', PolicyDocument }),
      );
      const { Credentials } = await exchange(
        await provider.token({ sub, 'https://aws.amazon.com/tags': tags }),
      );
      await clientsFor(world, fromSts(Credentials)).kms.send(new CreateKeyCommand({}));
    });

    it('throttles repeated invalid tokens', async () => {
      await until('a call fails with Throttling', async () => {
        const tries = await Promise.allSettled(
          Array.from({ length: 50 }, () => exchange('not-a-token')),
        );
        return tries.some(
          (one) => one.status === 'rejected' && (one.reason as Error).name === 'Throttling',
        );
      });
      await whoIs(admin);
    });

    it('leaves an audit event with the subject of the token, without the token itself', () => {
      const record = auditEvents(world.data).find(
        ({ eventName, errorCode }) => eventName === 'AssumeRoleWithWebIdentity' && !errorCode,
      );
      const provided = `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider.url}:sts.amazonaws.com:${sub}`;
      assert.deepEqual(record?.['userIdentity'], {
        type: 'WebIdentityUser',
        principalId: provided,
        userName: sub,
      });
      assert.doesNotMatch(JSON.stringify(record), /eyJ/);
    });
  });
});
