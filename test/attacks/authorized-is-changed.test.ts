/**
 * Attacks by names, on every operation whose input names a resource. Calls name an existing
 * resource in every wrong way: with another path, account, partition, Region, case or type. None of
 * them may find the resource. The right name must be authorized under the resource's own ARN.
 */
import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import {
  CreateClusterCommand,
  DescribeBackupsCommand,
  DescribeClustersCommand,
} from '@aws-sdk/client-cloudhsm-v2';
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  EncryptCommand,
  ReplicateKeyCommand,
} from '@aws-sdk/client-kms';
import { SecretText } from '../../src/base/index.ts';
import { services } from '../../src/contract/index.ts';
import { signRequest } from '../../src/sigv4/index.ts';
import { encode } from '../fuzz/encode.ts';
import { awsFiles } from '../support/aws-files.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import {
  ACCOUNT,
  inputFor,
  operations,
  OTHER,
  unknownNames,
  type Kind,
  type NamingOperation,
  type Subject,
} from '../support/named-inputs.ts';
import { ownCluster, subnetIds } from '../support/own-cluster.ts';
import { administrator, policy, type Clients } from '../support/principals.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const IAM = `arn:aws:iam::${ACCOUNT}:`;

/** Operations that are not authorized on the resource that they name. */
const notAuthorized: Readonly<Record<string, string>> = {
  'iam:CreateRole': 'authorized on the new role; the boundary is a condition value',
  'iam:CreateUser': 'authorized on the new user; the boundary is a condition value',
  'sts:AssumeRoleWithWebIdentity': 'not signed: the trust policy decides',
};

/** Errors for names that lead nowhere. */
const NOT_FOUND = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'CloudHsmInvalidRequestException',
  'CloudHsmResourceNotFoundException',
  'InvalidArnException',
  'InvalidGrantIdException',
  'InvalidIdentityToken',
  'InvalidInput',
  'NoSuchEntity',
  'NotFoundException',
  'ValidationError',
  'ValidationException',
]);

/** Operations that succeed if the resource does not exist, as at AWS. */
const idempotent = new Set(['iam:DeleteOpenIDConnectProvider']);

/** A resource's own name, and wrong ones by what is wrong with them. */
interface Names {
  readonly own: string;
  readonly wrong: Readonly<Record<string, string>>;
}

interface NamedSubject extends Subject {
  readonly names: Readonly<Record<Kind, Names>>;
  /** ARNs of all of them. */
  readonly arns: readonly string[];
}

/** Returns wrong forms of an ARN of IAM: `own` is of the form `user/team/name`. */
function wrongIamArns(own: string): Record<string, string> {
  const [type = '', ...rest] = own.split('/');
  const name = rest.at(-1) ?? '';
  return {
    'no path': `${IAM}${type}/${name}`,
    'another path': `${IAM}${type}/other/${name}`,
    'a longer path': `${IAM}${type}/team/team/${name}`,
    'another account': `arn:aws:iam::${OTHER}:${own}`,
    'the account of AWS': `arn:aws:iam::aws:${own}`,
    'another partition': `arn:aws-cn:iam::${ACCOUNT}:${own}`,
    'another case': `${IAM}${own.toUpperCase().replace(type.toUpperCase(), type)}`,
    'another type': `${IAM}${type === 'user' ? 'role' : 'user'}/${rest.join('/')}`,
  };
}

/** Returns wrong forms of a name in IAM, which has no path. */
function wrongIamNames(name: string, ofAnother: string): Record<string, string> {
  return {
    'a path': `team/${name}`,
    'another case': name.toUpperCase(),
    'another type': ofAnother,
  };
}

/** Returns wrong forms of a regional ARN, and of the ID in it. */
function wrongRegional(arn: string, otherType: string): Record<string, string> {
  const [, , service = '', region = '', , resource = ''] = arn.split(':');
  const [type = '', id = ''] = resource.split('/');
  return {
    'another account': `arn:aws:${service}:${region}:${OTHER}:${resource}`,
    'another partition': `arn:aws-us-gov:${service}:${region}:${ACCOUNT}:${resource}`,
    'another Region': `arn:aws:${service}:ap-south-1:${ACCOUNT}:${resource}`,
    'another service': `arn:aws:s3:${region}:${ACCOUNT}:${resource}`,
    'another case': `arn:aws:${service}:${region}:${ACCOUNT}:${type}/${id.toUpperCase()}`,
    'another type': `arn:aws:${service}:${region}:${ACCOUNT}:${otherType}/${id}`,
    'an ID in another case': id.toUpperCase(),
    'an ID with its type': resource,
  };
}

/** Creates one resource of each kind, and returns how calls can name them. */
async function makeSubject(world: World, { iam, kms, cloudhsm }: Clients): Promise<NamedSubject> {
  const document = policy({ Action: 's3:GetObject', Resource: '*' });
  const trust = policy({ Action: 'sts:AssumeRole', Principal: { AWS: ACCOUNT } });
  const inline = { PolicyName: 'inline', PolicyDocument: document };
  const team = { Path: '/team/' };
  await iam.send(
    new CreatePolicyCommand({ PolicyName: 'Limits', PolicyDocument: document, ...team }),
  );
  const PolicyArn = `${IAM}policy/team/Limits`;
  await iam.send(new CreateUserCommand({ UserName: 'victor', ...team }));
  await iam.send(new PutUserPolicyCommand({ UserName: 'victor', ...inline }));
  await iam.send(new AttachUserPolicyCommand({ UserName: 'victor', PolicyArn }));
  await iam.send(new CreateGroupCommand({ GroupName: 'staff', ...team }));
  await iam.send(new PutGroupPolicyCommand({ GroupName: 'staff', ...inline }));
  await iam.send(new AddUserToGroupCommand({ GroupName: 'staff', UserName: 'victor' }));
  await iam.send(
    new CreateRoleCommand({ RoleName: 'clerk', AssumeRolePolicyDocument: trust, ...team }),
  );
  await iam.send(new PutRolePolicyCommand({ RoleName: 'clerk', ...inline }));
  await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: 'https://oidc.example.com/team/a' }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'victor' }));
  const AccessKeyId = AccessKey?.AccessKeyId ?? '';
  await keyhold(['account', 'create', OTHER, 'other', '--json'], world.environment());

  const newKey = async () =>
    (await kms.send(new CreateKeyCommand({ MultiRegion: true }))).KeyMetadata?.Arn ?? '';
  const keyArn = await newKey();
  const otherKey = await newKey();
  await kms.send(new ReplicateKeyCommand({ KeyId: keyArn, ReplicaRegion: 'eu-west-1' }));
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/Ledger', TargetKeyId: keyArn }));
  const grantOn = async (KeyId: string) => {
    const Operations = ['Encrypt' as const];
    const GranteePrincipal = `${IAM}user/team/victor`;
    const grant = await kms.send(new CreateGrantCommand({ KeyId, GranteePrincipal, Operations }));
    return grant.GrantId ?? '';
  };
  const grantId = await grantOn(keyArn);
  const otherGrant = await grantOn(otherKey);

  const { CiphertextBlob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId: keyArn, Plaintext: Buffer.from('x') }),
  );

  const { clusterId } = await ownCluster(world, { zones: ['a'] });
  const SubnetIds = await subnetIds(world);
  const empty = await cloudhsm.send(
    new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds }),
  );
  const backupId = await until('the cluster has a backup', async () => {
    const { Backups = [] } = await cloudhsm.send(new DescribeBackupsCommand({}));
    return Backups.every(({ BackupState }) => BackupState === 'READY') && Backups[0]?.BackupId;
  });
  const { Clusters = [] } = await cloudhsm.send(new DescribeClustersCommand({}));
  const hsmId = Clusters.flatMap(({ Hsms = [] }) => Hsms)[0]?.HsmId ?? '';
  const cloudHsmArn = (resource: string) =>
    `arn:aws:cloudhsm:${world.region}:${ACCOUNT}:${resource}`;
  const clusterArn = cloudHsmArn(`cluster/${clusterId}`);
  const backupArn = cloudHsmArn(`backup/${backupId}`);
  const bareId = (arn: string): string => arn.split('/').at(-1) ?? '';
  const swapped = (from: string, to: string, id: string): string => id.replace(from, to);
  const wrongCluster = {
    ...wrongRegional(clusterArn, 'backup'),
    'its own ARN': clusterArn,
    'another type by ID': swapped('cluster-', 'backup-', clusterId),
  };
  const wrongBackup = {
    ...wrongRegional(backupArn, 'cluster'),
    'another type by ID': swapped('backup-', 'cluster-', backupId),
  };
  const iamArn = (own: string): Names => ({ own: IAM + own, wrong: wrongIamArns(own) });
  const names: NamedSubject['names'] = {
    user: { own: 'victor', wrong: wrongIamNames('victor', 'clerk') },
    'user ARN': iamArn('user/team/victor'),
    group: { own: 'staff', wrong: wrongIamNames('staff', 'victor') },
    role: { own: 'clerk', wrong: wrongIamNames('clerk', 'victor') },
    'role ARN': iamArn('role/team/clerk'),
    policy: iamArn('policy/team/Limits'),
    provider: iamArn('oidc-provider/oidc.example.com/team/a'),
    'access key': {
      own: AccessKeyId,
      wrong: {
        'another case': AccessKeyId.toLowerCase(),
        'another user': awsFiles(world.data).credentials.accessKeyId,
      },
    },
    account: { own: OTHER, wrong: { 'no such account': '222222222222' } },
    key: {
      own: keyArn,
      wrong: { ...wrongRegional(keyArn, 'alias'), 'no such alias': 'alias/ledger' },
    },
    alias: {
      own: 'alias/Ledger',
      wrong: {
        'another case': 'alias/ledger',
        'another case of the prefix': 'Alias/Ledger',
        'its own ARN': `arn:aws:kms:${world.region}:${ACCOUNT}:alias/Ledger`,
        'another type': bareId(keyArn),
      },
    },
    grant: {
      own: grantId,
      wrong: { 'another key': otherGrant, 'another case': grantId.toUpperCase() },
    },
    cluster: { own: clusterId, wrong: wrongCluster },
    backup: { own: backupId, wrong: { ...wrongBackup, 'its own ARN': backupArn } },
    'backup or its ARN': { own: backupArn, wrong: wrongBackup },
    'cluster or backup': {
      own: clusterId,
      wrong: { ...wrongCluster, ...wrongRegional(backupArn, 'cluster'), 'an ARN': backupArn },
    },
    HSM: { own: hsmId, wrong: { 'another case': hsmId.toUpperCase() } },
  };
  return {
    names,
    own: ownNames(names),
    arns: [
      ...['user/team/victor', 'group/team/staff', 'role/team/clerk', 'policy/team/Limits'].map(
        (own) => IAM + own,
      ),
      `${IAM}oidc-provider/oidc.example.com/team/a`,
      `arn:aws:kms:*:${ACCOUNT}:key/${bareId(keyArn)}`,
      `arn:aws:kms:${world.region}:${ACCOUNT}:alias/Ledger`,
      clusterArn,
      backupArn,
      `arn:aws:keyhold::${ACCOUNT}:account/${OTHER}`,
    ],
    values: {
      ...inline,
      Action: 'kms:Encrypt',
      Actions: ['kms:Encrypt'],
      AssumeRolePolicyDocument: trust,
      CiphertextBlob: Buffer.from(CiphertextBlob).toString('base64'),
      AvailabilityZone: `${world.region}a`,
      ClientID: 'client',
      DestinationRegion: 'eu-west-1',
      GranteePrincipal: `${IAM}user/admin`,
      HsmType: 'hsm2m.medium',
      NewGroupName: 'renamed',
      NewUserName: 'renamed',
      NeverExpires: true,
      Operations: ['Encrypt'],
      PrimaryRegion: 'eu-west-1',
      ReplicaRegion: 'eu-central-1',
      RoleSessionName: 'session',
      SubnetIds,
      ThumbprintList: ['a'.repeat(40)],
      VersionId: 'v1',
      emptyCluster: empty.Cluster?.ClusterId,
    },
  };
}

function ownNames(names: NamedSubject['names']): Subject['own'] {
  // The result has the keys of `names`.
  return Object.fromEntries(Object.entries(names).map(([kind, { own }]) => [kind, own])) as Record<
    Kind,
    string
  >;
}

describe('every operation that names a resource', () => {
  let world: World;
  let admin: Clients;
  let subject: NamedSubject;
  let database: DatabaseSync;
  let denied: { readonly accessKeyId: string; readonly secretAccessKey: SecretText };
  before(async () => {
    world = await startWorld();
    admin = administrator(world);
    subject = await makeSubject(world, admin);
    database = new DatabaseSync(join(world.data, 'keyhold.sqlite'), { readOnly: true });
    await admin.iam.send(new CreateUserCommand({ UserName: 'mallory' }));
    const statements = [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: '*', Resource: subject.arns },
    ];
    await admin.iam.send(
      new PutUserPolicyCommand({
        UserName: 'mallory',
        PolicyName: 'own',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    );
    const { AccessKey } = await admin.iam.send(new CreateAccessKeyCommand({ UserName: 'mallory' }));
    denied = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: new SecretText(AccessKey?.SecretAccessKey ?? ''),
    };
  });
  after(async () => {
    database?.close();
    admin?.[Symbol.dispose]();
    await world?.[Symbol.asyncDispose]();
  });

  /** Sends a call. Returns its error code and message, or undefined if it succeeds. */
  async function call(
    { service, name }: NamingOperation,
    input: object,
    credentials = administratorOf(world),
  ): Promise<string | undefined> {
    const { headers, body } = encode(service, name, input);
    const { host, port } = new URL(world.server.endpoint);
    const signed = signRequest({
      method: 'POST',
      headers: { host, ...headers },
      body,
      region: world.region,
      service: services[service].signingName,
      credentials,
      now: Date.now(),
    });
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      headers: { ...signed, 'content-length': body.length },
      agent: false,
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const answer = await text(response);
    if (response.statusCode === 200) return undefined;
    const code = answer.startsWith('<')
      ? /<Code>(\w+)<\/Code>/.exec(answer)?.[1]
      : (JSON.parse(answer) as { __type?: string }).__type;
    return `${code ?? 'no code'}: ${answer}`;
  }

  /** Returns all rows that calls can change. */
  function rows(): unknown {
    const tables = [
      'accessKeys',
      'accounts',
      'aliases',
      'backups',
      'clusters',
      'grants',
      'groups',
      'hsms',
      'keys',
      'managedPolicies',
      'materials',
      'memberships',
      'oidcProviders',
      'roles',
      'users',
    ];
    return tables.map((table) => database.prepare(`SELECT * FROM "${table}"`).all());
  }

  it('has a row in named-inputs.ts for each of its names', () => {
    assert.deepEqual(unknownNames(), []);
  });

  for (const operation of operations) {
    const { id, named } = operation;
    if (named.length === 0) continue;

    if (!Object.hasOwn(notAuthorized, id)) {
      it(`${id} is authorized on the resource itself`, async () => {
        const before = rows();
        const error = await call(operation, inputFor(operation, subject), denied);
        assert.match(error ?? 'success', /^(?:CloudHsm)?AccessDenied(?:Exception)?: /);
        assert.match(error ?? '', /with an explicit deny in an identity-based policy/);
        assert.deepEqual(rows(), before);
      });
    }

    for (const [member, kind] of named) {
      it(`${id} finds no ${kind} by a wrong ${member}`, async () => {
        const input = inputFor(operation, subject);
        for (const [what, wrong] of Object.entries(subject.names[kind].wrong)) {
          // An access key that belongs to another user is a wrong one only beside a user.
          if (what === 'another user' && !Object.hasOwn(input, 'UserName')) continue;
          const before = rows();
          const error = await call(operation, { ...input, [member]: wrong });
          const description = `${what}: ${wrong}: ${error ?? 'success'}`;
          if (error === undefined) assert.ok(idempotent.has(id), description);
          else assert.ok(NOT_FOUND.has(error.split(':')[0] ?? ''), description);
          assert.deepEqual(rows(), before, description);
        }
      });
    }
  }

  it('deletes no HSM of another cluster', async () => {
    const operation = operations.find(({ id }) => id === 'cloudhsm:DeleteHsm');
    assert.ok(operation);
    const ClusterId = subject.values['emptyCluster'];
    const before = rows();
    const error = await call(operation, { ClusterId, HsmId: subject.names.HSM.own });
    assert.match(error ?? 'success', /^CloudHsmResourceNotFoundException/);
    assert.deepEqual(rows(), before);
  });
});

function administratorOf(world: World): {
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretText;
} {
  const { accessKeyId, secretAccessKey } = awsFiles(world.data).credentials;
  return { accessKeyId, secretAccessKey: new SecretText(secretAccessKey) };
}
