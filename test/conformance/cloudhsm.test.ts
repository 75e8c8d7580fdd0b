/** The CloudHSM API with the AWS SDK: rejected requests, permissions, and audit events. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudHSMV2ServiceException,
  CopyBackupToRegionCommand,
  DeleteBackupCommand,
  DescribeBackupsCommand,
  ModifyBackupAttributesCommand,
  ModifyClusterCommand,
  RestoreBackupCommand,
  CreateClusterCommand,
  CreateHsmCommand,
  DeleteClusterCommand,
  DeleteHsmCommand,
  DescribeClustersCommand,
  InitializeClusterCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudhsm-v2';
import { customerCa } from '../support/customer-ca.ts';
import { subnetIds, untilCluster } from '../support/own-cluster.ts';
import { administrator, newUser, type Clients } from '../support/principals.ts';
import { refused } from '../support/refused.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

let world: World;
/** A cluster with one HSM that is not initialised. */
let ClusterId = '';
let SubnetIds: string[] = [];
let nobody: Clients;
const called: { readonly requestId: string | undefined; readonly error: string | undefined }[] = [];

/** Type of `send` for any command. The SDK's type is overloaded per command. */
type Send = (command: object) => Promise<{ readonly $metadata: { readonly requestId?: string } }>;

async function send(command: object, client = world.cloudhsm): Promise<object> {
  try {
    const output = await (client.send.bind(client) as unknown as Send)(command);
    called.push({ requestId: output.$metadata.requestId, error: undefined });
    return output;
  } catch (error) {
    if (error instanceof CloudHSMV2ServiceException)
      called.push({ requestId: error.$metadata.requestId, error: error.name });
    throw error;
  }
}

before(async () => {
  world = await startWorld();
  SubnetIds = await subnetIds(world);
  const { Cluster } = await world.cloudhsm.send(
    new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds }),
  );
  ClusterId = Cluster?.ClusterId ?? '';
  await untilCluster(
    world,
    ClusterId,
    'the cluster is UNINITIALIZED',
    ({ State }) => State === 'UNINITIALIZED',
  );
  await world.cloudhsm.send(
    new CreateHsmCommand({ ClusterId, AvailabilityZone: `${world.region}a` }),
  );
  await untilCluster(
    world,
    ClusterId,
    'the cluster has a CSR',
    ({ Certificates }) => Certificates?.ClusterCsr !== undefined,
  );
  using admin = administrator(world);
  nobody = await newUser(world, admin.iam, 'nobody');
});
after(async () => {
  nobody?.[Symbol.dispose]();
  await world?.[Symbol.asyncDispose]();
});

const unknown = 'cluster-aaaaaaaaaaa';
const noBackup = 'backup-aaaaaaaaaaa';
const zone = 'us-east-1a';
const tag = (Key: string) => ({ Key, Value: 'x' });
const invalid = 'CloudHsmInvalidRequestException';
const notFound = 'CloudHsmResourceNotFoundException';

/** A rejected request, with the expected error and message. */
type Refusal = readonly [
  what: string,
  command: () => object | Promise<object>,
  error: string,
  text?: string | RegExp,
];

const refusals: readonly Refusal[] = [
  [
    'a cluster with an unknown HSM type',
    () => new CreateClusterCommand({ HsmType: 'hsm9x.large', SubnetIds }),
    invalid,
    'Provided HsmType is not supported.',
  ],
  [
    'a cluster in an unknown subnet',
    () =>
      new CreateClusterCommand({
        HsmType: 'hsm2m.medium',
        SubnetIds: ['subnet-0123456789abcdef0'],
      }),
    invalid,
  ],
  [
    'a cluster from an unknown backup',
    () =>
      new CreateClusterCommand({
        HsmType: 'hsm2m.medium',
        SubnetIds,
        SourceBackupId: 'backup-aaaaaaaaaaa',
      }),
    notFound,
  ],
  [
    'a cluster with a duplicate tag key',
    () =>
      new CreateClusterCommand({
        HsmType: 'hsm2m.medium',
        SubnetIds,
        TagList: [tag('a'), tag('a')],
      }),
    'CloudHsmTagException',
  ],
  [
    'a cluster without an HSM type',
    () => new CreateClusterCommand({ HsmType: undefined, SubnetIds }),
    'ValidationException',
    "1 validation error detected: Value null at 'hsmType' failed to satisfy constraint: Member must not be null",
  ],
  [
    'an invalid cluster ID',
    () => new DeleteClusterCommand({ ClusterId: 'mine' }),
    'ValidationException',
    /^1 validation error detected: Value 'mine' at 'clusterId' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
  ],
  [
    'an unknown filter',
    () => new DescribeClustersCommand({ Filters: { colours: ['red'] } }),
    invalid,
  ],
  ['an invalid page token', () => new DescribeClustersCommand({ NextToken: '***' }), invalid],
  [
    'initialising an unknown cluster',
    async () => new InitializeClusterCommand({ ClusterId: unknown, ...(await claim()) }),
    notFound,
  ],
  [
    'initialising a cluster with a certificate for another key',
    async () => new InitializeClusterCommand({ ClusterId, ...(await claim()) }),
    invalid,
  ],
  [
    'a second HSM before the cluster is active',
    () => new CreateHsmCommand({ ClusterId, AvailabilityZone: zone }),
    invalid,
    /already contains an HSM but has not yet been fully activated$/,
  ],
  [
    'an HSM in an unknown cluster',
    () => new CreateHsmCommand({ ClusterId: unknown, AvailabilityZone: zone }),
    notFound,
  ],
  [
    'deleting an HSM without an identifier',
    () => new DeleteHsmCommand({ ClusterId }),
    invalid,
    'Exactly one of HsmId, EniId and EniIp must be specified.',
  ],
  [
    'deleting an unknown HSM',
    () => new DeleteHsmCommand({ ClusterId, HsmId: 'hsm-aaaaaaaaaaa' }),
    notFound,
  ],
  ['deleting a cluster that has HSMs', () => new DeleteClusterCommand({ ClusterId }), invalid],
  ['deleting an unknown cluster', () => new DeleteClusterCommand({ ClusterId: unknown }), notFound],
  [
    'a tag key reserved for AWS',
    () => new TagResourceCommand({ ResourceId: ClusterId, TagList: [tag('aws:a')] }),
    'CloudHsmTagException',
  ],
  [
    'more than 50 tags on a cluster',
    () =>
      new TagResourceCommand({
        ResourceId: ClusterId,
        TagList: Array.from({ length: 50 }, (_, at) => tag(`more${at}`)),
      }),
    'CloudHsmResourceLimitExceededException',
  ],
  [
    'tagging an unknown cluster',
    () => new TagResourceCommand({ ResourceId: unknown, TagList: [tag('a')] }),
    notFound,
  ],
  [
    'untagging an unknown cluster',
    () => new UntagResourceCommand({ ResourceId: unknown, TagKeyList: ['a'] }),
    notFound,
  ],
  [
    'copying an unknown backup',
    () => new CopyBackupToRegionCommand({ BackupId: noBackup, DestinationRegion: 'eu-west-1' }),
    notFound,
  ],
  [
    'copying a backup to its own Region',
    () => new CopyBackupToRegionCommand({ BackupId: noBackup, DestinationRegion: 'us-east-1' }),
    invalid,
  ],
  ['deleting an unknown backup', () => new DeleteBackupCommand({ BackupId: noBackup }), notFound],
  ['restoring an unknown backup', () => new RestoreBackupCommand({ BackupId: noBackup }), notFound],
  [
    'changing the expiry of an unknown backup',
    () => new ModifyBackupAttributesCommand({ BackupId: noBackup, NeverExpires: true }),
    notFound,
  ],
  [
    'tagging an unknown backup',
    () => new TagResourceCommand({ ResourceId: noBackup, TagList: [tag('a')] }),
    notFound,
  ],
  [
    'an unknown backup filter',
    () => new DescribeBackupsCommand({ Filters: { colours: ['red'] } }),
    invalid,
  ],
  [
    'a retention of more than 379 days',
    () =>
      new ModifyClusterCommand({
        ClusterId,
        BackupRetentionPolicy: { Type: 'DAYS', Value: '380' },
      }),
    invalid,
    'BackupRetentionPolicy must be 7 to 379 days.',
  ],
  [
    'listing the tags of an unknown cluster',
    () => new ListTagsCommand({ ResourceId: unknown }),
    notFound,
  ],
];

/** Returns a valid certificate and trust anchor for a key that is not the cluster's. */
async function claim(): Promise<{ SignedCert: string; TrustAnchor: string }> {
  const { certificate } = await customerCa('EC');
  return { SignedCert: certificate, TrustAnchor: certificate };
}

const commands: readonly (() => object | Promise<object>)[] = [
  () => new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds }),
  () => new DescribeClustersCommand({}),
  async () => new InitializeClusterCommand({ ClusterId, ...(await claim()) }),
  () => new CreateHsmCommand({ ClusterId, AvailabilityZone: zone }),
  () => new DeleteHsmCommand({ ClusterId, EniIp: '127.0.0.1' }),
  () => new DeleteClusterCommand({ ClusterId }),
  () => new TagResourceCommand({ ResourceId: ClusterId, TagList: [tag('a')] }),
  () => new UntagResourceCommand({ ResourceId: ClusterId, TagKeyList: ['a'] }),
  () => new ListTagsCommand({ ResourceId: ClusterId }),
  () =>
    new ModifyClusterCommand({ ClusterId, BackupRetentionPolicy: { Type: 'DAYS', Value: '9' } }),
  () => new DescribeBackupsCommand({}),
  () => new CopyBackupToRegionCommand({ BackupId: noBackup, DestinationRegion: 'eu-west-1' }),
  () => new DeleteBackupCommand({ BackupId: noBackup }),
  () => new RestoreBackupCommand({ BackupId: noBackup }),
  () => new ModifyBackupAttributesCommand({ BackupId: noBackup, NeverExpires: true }),
  () => new TagResourceCommand({ ResourceId: noBackup, TagList: [tag('a')] }),
];

describe('the CloudHSM API', () => {
  it('adds, lists and removes tags of clusters', async () => {
    await send(
      new TagResourceCommand({
        ResourceId: ClusterId,
        TagList: [tag('team'), { Key: 'Team', Value: '' }],
      }),
    );
    await send(new UntagResourceCommand({ ResourceId: ClusterId, TagKeyList: ['team', 'none'] }));
    const { TagList } = (await send(new ListTagsCommand({ ResourceId: ClusterId }))) as {
      TagList?: unknown;
    };
    assert.deepEqual(TagList, [{ Key: 'Team', Value: '' }]);
  });

  for (const [what, command, error, text] of refusals) {
    it(`rejects ${what}`, async () => refused(send(await command()), error, text));
  }

  it('rejects calls without permission', async () => {
    for (const command of commands) {
      const made = await command();
      const operation = made.constructor.name.replace(/Command$/, '');
      const text = new RegExp(
        `^User: \\S+:user/nobody is not authorized to perform: cloudhsm:${operation} on resource: `,
      );
      await refused(send(made, nobody.cloudhsm), 'CloudHsmAccessDeniedException', text);
    }
  });

  it('leaves an audit event of every call', () => {
    const records = new Map(auditEvents(world.data).map((record) => [record['requestID'], record]));
    for (const { requestId, error } of called) {
      const record = records.get(requestId);
      assert.deepEqual(
        [record?.['eventSource'], record?.['errorCode']],
        ['cloudhsm.amazonaws.com', error],
        `the event of ${requestId}`,
      );
    }
  });
});
