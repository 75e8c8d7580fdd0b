/**
 * Several accounts in one installation: creation, isolation, sharing, service control policies,
 * recovery.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  ListKeysCommand,
} from '@aws-sdk/client-kms';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { awsFiles } from '../support/aws-files.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import {
  administrator,
  clientsFor,
  fromSts,
  newUser,
  policy,
  type Clients,
} from '../support/principals.ts';
import { startWorld, type World } from '../support/world.ts';

const FIRST = '111122223333';
const SECOND = '444455556666';

interface NewAccount {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

describe('accounts', () => {
  let world: World;
  let first: Clients;
  let second: Clients;
  before(async () => {
    world = await startWorld();
    first = administrator(world);
    const made = await account('create', SECOND, 'partners', '--json');
    const { AccessKeyId, SecretAccessKey } = JSON.parse(made.stdout) as NewAccount;
    second = clientsFor(world, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
  });
  after(() => world[Symbol.asyncDispose]());

  const trailOf = ({ iam }: Clients) =>
    new CloudTrailClient({
      region: world.region,
      endpoint: world.server.endpoint,
      credentials: () => iam.config.credentials(),
    });

  const account = (...args: string[]) => keyhold(['account', ...args], world.environment());

  it('are created by the management account only, and only once', async () => {
    assert.equal(
      (await second.sts.send(new GetCallerIdentityCommand({}))).Arn,
      `arn:aws:iam::${SECOND}:user/admin`,
    );
    const { stdout } = await account('list');
    assert.match(stdout, new RegExp(`${FIRST} .*management account\n${SECOND} +partners `));
    assert.match((await account('create', SECOND)).stderr, /AlreadyExistsException/);
    const { accessKeyId, secretAccessKey } = (await second.iam.config.credentials()) as {
      accessKeyId: string;
      secretAccessKey: string;
    };
    const asSecond = {
      ...world.environment(),
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const refused = await keyhold(['account', 'create'], asSecond);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /AccessDeniedException/);
  });

  it('cannot see each other’s keys and users', async () => {
    const { KeyMetadata } = await first.kms.send(new CreateKeyCommand({}));
    assert.deepEqual((await second.kms.send(new ListKeysCommand({}))).Keys, []);
    await assert.rejects(second.kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn })), {
      name: 'AccessDeniedException',
    });
    const { Users } = await second.iam.send(new ListUsersCommand({}));
    assert.deepEqual(
      Users?.map(({ Arn }) => Arn),
      [`arn:aws:iam::${SECOND}:user/admin`],
    );
  });

  it('get the same error for a ciphertext under another account’s key and for a corrupt ciphertext', async () => {
    const { KeyMetadata } = await first.kms.send(new CreateKeyCommand({}));
    const { CiphertextBlob = new Uint8Array() } = await first.kms.send(
      new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('secret') }),
    );
    const unknown = Uint8Array.from(CiphertextBlob, (byte, at) => (at === 5 ? byte ^ 1 : byte));
    for (const blob of [CiphertextBlob, unknown]) {
      await assert.rejects(second.kms.send(new DecryptCommand({ CiphertextBlob: blob })), {
        name: 'AccessDeniedException',
        message:
          'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      });
    }
  });

  it('can share a key if both its policy and the other account’s identity policies allow it', async () => {
    const statements = [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${FIRST}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${SECOND}:root` },
        Action: ['kms:Encrypt', 'kms:Decrypt'],
        Resource: '*',
      },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    const { KeyMetadata } = await first.kms.send(new CreateKeyCommand({ Policy }));
    const KeyId = KeyMetadata?.Arn;
    const { CiphertextBlob } = await second.kms.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('shared') }),
    );
    const { Plaintext } = await first.kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.equal(Buffer.from(Plaintext ?? []).toString(), 'shared');

    const { Events } = await trailOf(first).send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: KeyId }],
      }),
    );
    const users = Events?.map(
      ({ CloudTrailEvent }) =>
        (JSON.parse(CloudTrailEvent ?? '{}') as { userIdentity: { accountId: string } })
          .userIdentity.accountId,
    );
    assert.deepEqual(users, [FIRST, SECOND, FIRST], 'the owner sees which accounts used the key');
    const others = await trailOf(second).send(new LookupEventsCommand({}));
    assert.ok(
      others.Events?.every(({ CloudTrailEvent = '' }) =>
        CloudTrailEvent.includes(`"accountId":"${SECOND}"`),
      ),
    );

    const poor = await newUser(world, second.iam, 'poor');
    await assert.rejects(poor.kms.send(new DecryptCommand({ CiphertextBlob })), {
      name: 'AccessDeniedException',
    });
    await assert.rejects(second.kms.send(new DescribeKeyCommand({ KeyId })), {
      name: 'AccessDeniedException',
    });
  });

  it('let principals of other accounts assume a role with an external ID, and let a role assume another role', async () => {
    const trust = policy({
      Action: 'sts:AssumeRole',
      Principal: { AWS: SECOND },
      Condition: { StringEquals: { 'sts:ExternalId': 'partner-7' } },
    });
    const { Role } = await first.iam.send(
      new CreateRoleCommand({ RoleName: 'for-partners', AssumeRolePolicyDocument: trust }),
    );
    const PolicyDocument = policy({ Action: ['kms:ListKeys', 'sts:AssumeRole'], Resource: '*' });
    await first.iam.send(
      new PutRolePolicyCommand({ RoleName: 'for-partners', PolicyName: 'p', PolicyDocument }),
    );
    const wanted = { RoleArn: Role?.Arn, RoleSessionName: 'visit' };
    await assert.rejects(second.sts.send(new AssumeRoleCommand(wanted)), { name: 'AccessDenied' });
    const { Credentials } = await second.sts.send(
      new AssumeRoleCommand({ ...wanted, ExternalId: 'partner-7' }),
    );
    const visitor = clientsFor(world, fromSts(Credentials));
    assert.equal((await visitor.sts.send(new GetCallerIdentityCommand({}))).Account, FIRST);
    await visitor.kms.send(new ListKeysCommand({}));

    const next = await first.iam.send(
      new CreateRoleCommand({
        RoleName: 'next',
        AssumeRolePolicyDocument: policy({
          Action: 'sts:AssumeRole',
          Principal: { AWS: Role?.Arn },
        }),
      }),
    );
    const chained = { RoleArn: next.Role?.Arn, RoleSessionName: 'visit' };
    await assert.rejects(
      visitor.sts.send(new AssumeRoleCommand({ ...chained, DurationSeconds: 3601 })),
      /1 hour session limit/,
    );
    await visitor.sts.send(new AssumeRoleCommand(chained));
    await assert.rejects(second.sts.send(new AssumeRoleCommand(chained)), { name: 'AccessDenied' });
  });

  it('are limited by service control policies, except the management account', async () => {
    const file = join(world.folder, 'scp.json');
    writeFileSync(file, policy({ Action: 'kms:List*', Resource: '*' }));
    assert.equal((await account('put-policies', SECOND, file)).code, 0);
    await second.kms.send(new ListKeysCommand({}));
    await assert.rejects(
      second.kms.send(new CreateKeyCommand({})),
      /because no service control policy allows the kms:CreateKey action/,
    );
    assert.match((await account('get-policies', SECOND)).stdout, /kms:List\*/);
    assert.match(
      (await account('put-policies', FIRST, file)).stderr,
      /do not limit the management account/,
    );
    await account('put-policies', SECOND);
    await second.kms.send(new CreateKeyCommand({}));
  });

  it('can be recovered with access to the data folder', async () => {
    assert.match((await account('recover', '--data', world.data)).stderr, /already running/);
    const before = awsFiles(world.data).credentials;
    await first.iam.send(
      new DeleteAccessKeyCommand({ UserName: 'admin', AccessKeyId: before.accessKeyId }),
    );
    await world.stop();
    const recovered = await account('recover', '--data', world.data);
    const { accessKeyId } = awsFiles(world.data).credentials;
    assert.notEqual(accessKeyId, before.accessKeyId);
    const stdout = `The access key ${accessKeyId} is in ${world.data}/credentials.\n`;
    assert.deepEqual(recovered, { code: 0, stdout, stderr: '' });
    await world.start();
    const again = administrator(world);
    await again.kms.send(new ListKeysCommand({}));
    assert.equal(
      (await again.sts.send(new GetCallerIdentityCommand({}))).Arn,
      `arn:aws:iam::${FIRST}:user/admin`,
    );
    await assert.rejects(clientsFor(world, before).kms.send(new ListKeysCommand({})), {
      name: 'UnrecognizedClientException',
    });
  });
});
