import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CopyBackupToRegionCommand,
  CreateClusterCommand,
  CreateHsmCommand,
  DeleteBackupCommand,
  DeleteHsmCommand,
  DescribeBackupsCommand,
  ListTagsCommand,
  ModifyBackupAttributesCommand,
  ModifyClusterCommand,
  RestoreBackupCommand,
  TagResourceCommand,
  type Backup,
} from '@aws-sdk/client-cloudhsm-v2';
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  DecryptCommand,
  DisconnectCustomKeyStoreCommand,
  EncryptCommand,
  UpdateCustomKeyStoreCommand,
} from '@aws-sdk/client-kms';
import {
  addHsm,
  asAdmin,
  holderFiles,
  KMSUSER_PASSWORD,
  newKey,
  ownCluster,
  ownKeyStore,
  subnetIds,
  untilCluster,
  untilStore,
  type OwnCluster,
} from '../support/own-cluster.ts';
import { signRequest } from '../../src/sigv4/index.ts';
import { awsFiles } from '../support/aws-files.ts';
import { keyhold, keyholdHsm } from '../support/keyhold-cli.ts';
import { clientsFor } from '../support/principals.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const Plaintext = Buffer.from('must not be lost');

interface Listed {
  readonly backups: readonly {
    readonly 'backup-id': string;
    readonly state: string;
    readonly reason: string;
    readonly keys?: readonly object[];
  }[];
}

async function backupsOf(world: World, clusterId: string): Promise<Backup[]> {
  const { Backups = [] } = await world.cloudhsm.send(
    new DescribeBackupsCommand({ Filters: { clusterIds: [clusterId] } }),
  );
  return Backups;
}

async function untilBackups(cluster: OwnCluster, reasons: readonly string[]): Promise<void> {
  await until(`backups for ${reasons.join(', ')}`, async () => {
    const { backups } = (await cluster.hsm(['backup', 'list'])) as Listed;
    return reasons.every((reason) =>
      backups.some((one) => one.reason === reason && one.state === 'READY'),
    );
  });
}

describe('backups of a cluster', () => {
  let world: World;
  let cluster: OwnCluster;
  let storeId: string;
  let KeyId: string;
  let CiphertextBlob: Uint8Array | undefined;
  let backupId: string;

  before(async () => {
    world = await startWorld();
    cluster = await ownCluster(world);
    storeId = await ownKeyStore(world, cluster);
    KeyId = await newKey(world, storeId);
    ({ CiphertextBlob } = await world.kms.send(new EncryptCommand({ KeyId, Plaintext })));
  });
  after(() => world?.[Symbol.asyncDispose]());

  it('are created at activation, when an HSM joins, and on demand', async () => {
    backupId = ((await cluster.hsm(['backup', 'create'])) as { 'backup-id': string })['backup-id'];
    await untilBackups(cluster, ['activation', 'join', 'demand']);
    const [newest] = await backupsOf(world, cluster.clusterId);
    assert.equal(newest?.BackupId, backupId, 'newest first');
    assert.equal(newest?.BackupState, 'READY');
  });

  it('can be listed by the key that they contain', async () => {
    const { backups } = (await cluster.hsm(['backup', 'list', '--key', KeyId])) as Listed;
    assert.deepEqual(
      backups.map((one) => one['backup-id']),
      [backupId],
      'only the backup created after the key',
    );
    assert.equal(backups[0]?.keys?.length, 1);
  });

  it('restore a related cluster; a key store that moves to it can use key material that was deleted', async () => {
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'DISCONNECTED');
    await cluster.hsm(kmsuserPassword('taken-back-1'), asAdmin);
    await cluster.hsm(['key', 'delete', '--filter', `attr.label=${KeyId}`], {
      role: 'crypto-user',
      pin: 'kmsuser:taken-back-1',
    });

    const { Cluster } = await world.cloudhsm.send(
      new CreateClusterCommand({
        HsmType: 'hsm2m.medium',
        SubnetIds: await subnetIds(world),
        SourceBackupId: backupId,
      }),
    );
    const ClusterId = Cluster?.ClusterId ?? '';
    assert.equal(Cluster?.SourceBackupId, backupId);
    await untilCluster(
      world,
      ClusterId,
      'the restored cluster is ACTIVE',
      ({ State }) => State === 'ACTIVE',
    );
    for (const zone of ['a', 'b']) await addHsm(world, ClusterId, zone);
    const restored = await untilCluster(
      world,
      ClusterId,
      'the restored cluster is listed',
      () => true,
    );
    assert.equal(
      restored.Certificates?.ClusterCertificate,
      (await cluster.describe()).Certificates?.ClusterCertificate,
    );

    await assert.rejects(
      world.kms.send(
        new CreateCustomKeyStoreCommand({
          CustomKeyStoreName: 'second',
          CloudHsmClusterId: ClusterId,
          TrustAnchorCertificate: cluster.ca.certificate,
          KeyStorePassword: KMSUSER_PASSWORD,
        }),
      ),
      { name: 'CloudHsmClusterInUseException' },
    );
    const unrelated = await ownCluster(world);
    await assert.rejects(
      world.kms.send(
        new UpdateCustomKeyStoreCommand({
          CustomKeyStoreId: storeId,
          CloudHsmClusterId: unrelated.clusterId,
        }),
      ),
      {
        name: 'CloudHsmClusterNotRelatedException',
      },
    );
    // KMS still has the password that it set for kmsuser. The restore has voided it.
    await world.kms.send(
      new UpdateCustomKeyStoreCommand({ CustomKeyStoreId: storeId, CloudHsmClusterId: ClusterId }),
    );
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    assert.equal(await untilStore(world, storeId, 'FAILED'), 'INVALID_CREDENTIALS');
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'DISCONNECTED');
    await hsmElsewhere(
      world,
      ClusterId,
      cluster.ca.certificate,
    )(kmsuserPassword('restored-pw-1'), asAdmin);
    await world.kms.send(
      new UpdateCustomKeyStoreCommand({
        CustomKeyStoreId: storeId,
        KeyStorePassword: 'restored-pw-1',
      }),
    );
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    await untilStore(world, storeId, 'CONNECTED');
    const opened = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), Plaintext);
  });

  it('restore a cluster after all its HSMs were deleted', async () => {
    const parked = (await cluster.describe()).Hsms ?? [];
    for (const { HsmId } of parked)
      await world.cloudhsm.send(
        new DeleteHsmCommand({ ClusterId: cluster.clusterId, HsmId: HsmId ?? '' }),
      );
    await untilCluster(
      world,
      cluster.clusterId,
      'the cluster has no HSM',
      ({ Hsms }) => (Hsms ?? []).length === 0,
    );
    await addHsm(world, cluster.clusterId, 'c');
    const { users } = (await cluster.hsm(['user', 'list'])) as {
      users: readonly { username: string }[];
    };
    assert.deepEqual(
      users.map(({ username }) => username),
      ['admin', 'app_user', 'kmsuser'],
    );
    const asKmsUser = { role: 'crypto-user', pin: 'kmsuser:taken-back-1' };
    await assert.rejects(cluster.hsm(['key', 'list'], asKmsUser), /voided the password/);
    await cluster.hsm(kmsuserPassword('taken-back-1'), asAdmin);
    const keys = (await cluster.hsm(['key', 'list'], asKmsUser)) as { total_key_count: number };
    assert.equal(keys.total_key_count, 0, 'the last backup was created after the key was deleted');
  });

  it('that are deleted become pending, cannot be used, and can be restored', async () => {
    const deleted = await world.cloudhsm.send(new DeleteBackupCommand({ BackupId: backupId }));
    assert.equal(deleted.Backup?.BackupState, 'PENDING_DELETION');
    assert.ok(deleted.Backup?.DeleteTimestamp);
    await assert.rejects(
      world.cloudhsm.send(
        new CreateClusterCommand({
          HsmType: 'hsm2m.medium',
          SubnetIds: await subnetIds(world),
          SourceBackupId: backupId,
        }),
      ),
      {
        name: 'CloudHsmInvalidRequestException',
      },
    );
    const again = await world.cloudhsm.send(new RestoreBackupCommand({ BackupId: backupId }));
    assert.equal(again.Backup?.BackupState, 'READY');
    await assert.rejects(world.cloudhsm.send(new RestoreBackupCommand({ BackupId: backupId })), {
      name: 'CloudHsmInvalidRequestException',
    });
    await assert.rejects(
      world.cloudhsm.send(new DeleteBackupCommand({ BackupId: 'backup-aaaaaaaaaaa' })),
      {
        name: 'CloudHsmResourceNotFoundException',
      },
    );
  });

  it('can be tagged, and marked as never expiring', async () => {
    await world.cloudhsm.send(
      new TagResourceCommand({ ResourceId: backupId, TagList: [{ Key: 'for', Value: 'audit' }] }),
    );
    const { TagList } = await world.cloudhsm.send(new ListTagsCommand({ ResourceId: backupId }));
    assert.deepEqual(TagList, [{ Key: 'for', Value: 'audit' }]);
    const { Backup: kept } = await world.cloudhsm.send(
      new ModifyBackupAttributesCommand({ BackupId: backupId, NeverExpires: true }),
    );
    assert.equal(kept?.NeverExpires, true);
    const { Backups } = await world.cloudhsm.send(
      new DescribeBackupsCommand({ Filters: { neverExpires: ['true'] } }),
    );
    assert.deepEqual(
      Backups?.map(({ BackupId }) => BackupId),
      [backupId],
    );
  });

  it('are copied to another Region, with their tags', async () => {
    const { DestinationBackup } = await world.cloudhsm.send(
      new CopyBackupToRegionCommand({ BackupId: backupId, DestinationRegion: 'eu-west-1' }),
    );
    assert.equal(DestinationBackup?.SourceBackup, backupId);
    const there = world.cloudhsmIn('eu-west-1');
    const { Backups } = await there.send(
      new DescribeBackupsCommand({ Filters: { sourceBackupIds: [backupId] } }),
    );
    assert.equal(Backups?.length, 1);
    assert.deepEqual(Backups?.[0]?.TagList, [{ Key: 'for', Value: 'audit' }]);
  });

  it('are shared with another account while a resource policy allows it', async () => {
    const ResourceArn = `arn:aws:cloudhsm:us-east-1:111122223333:backup/${backupId}`;
    const made = JSON.parse(
      (
        await keyhold(
          ['account', 'create', '222233334444', 'partners', '--json'],
          world.environment(),
        )
      ).stdout,
    ) as NewAccount;
    using theirs = clientsFor(world, {
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
    });
    const SubnetIds = subnetsOf(await keyhold(['status', '--json'], asAccount(world, made)));
    const restore = new CreateClusterCommand({
      HsmType: 'hsm2m.medium',
      SubnetIds,
      SourceBackupId: ResourceArn,
    });
    await assert.rejects(theirs.cloudhsm.send(restore), {
      name: 'CloudHsmResourceNotFoundException',
    });

    const statement = {
      Effect: 'Allow',
      Principal: { AWS: '222233334444' },
      Action: ['cloudhsm:CreateCluster', 'cloudhsm:DescribeBackups'],
      Resource: '*',
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    assert.deepEqual(await call(world, 'PutResourcePolicy', { ResourceArn, Policy }), {
      ResourceArn,
      Policy,
    });
    assert.deepEqual(await call(world, 'GetResourcePolicy', { ResourceArn }), { Policy });
    const { Cluster } = await theirs.cloudhsm.send(restore);
    assert.equal(Cluster?.SourceBackupId, backupId);

    assert.deepEqual(await call(world, 'DeleteResourcePolicy', { ResourceArn }), {
      ResourceArn,
      Policy,
    });
    await assert.rejects(theirs.cloudhsm.send(restore), {
      name: 'CloudHsmResourceNotFoundException',
    });
    await assert.rejects(
      call(world, 'PutResourcePolicy', { ResourceArn, Policy: '{' }),
      /CloudHsmInvalidRequestException/,
    );
  });

  it('expire after their cluster’s retention period, except those that never expire', async () => {
    await assert.rejects(
      world.cloudhsm.send(
        new ModifyClusterCommand({
          ClusterId: cluster.clusterId,
          BackupRetentionPolicy: { Type: 'DAYS', Value: '3' },
        }),
      ),
      { name: 'CloudHsmInvalidRequestException' },
    );
    const { Cluster } = await world.cloudhsm.send(
      new ModifyClusterCommand({
        ClusterId: cluster.clusterId,
        BackupRetentionPolicy: { Type: 'DAYS', Value: '7' },
      }),
    );
    assert.equal(Cluster?.BackupRetentionPolicy?.Value, '7');
    const before = (await backupsOf(world, cluster.clusterId)).length;
    await world.stop();
    await world.start('--clock-offset', '10d');
    const marked = await until(
      'old backups are pending deletion, and a daily one is created',
      async () => {
        const backups = await backupsOf(world, cluster.clusterId);
        const pending = backups.filter(({ BackupState }) => BackupState === 'PENDING_DELETION');
        return backups.length > before && pending.length > 0
          ? pending.map(({ BackupId = '' }) => BackupId)
          : undefined;
      },
    );
    assert.ok(!marked.includes(backupId), 'a backup that never expires is kept');
    await world.stop();
    await world.start('--clock-offset', '20d');
    await until('the expired backups are deleted', async () => {
      const left = (await backupsOf(world, cluster.clusterId)).map(({ BackupId }) => BackupId);
      return left.includes(backupId) && !marked.some((id) => left.includes(id));
    });
    const files = readdirSync(join(world.data, 'backups'));
    assert.ok(
      files.includes(`${backupId}.backup`) && !marked.some((id) => files.includes(`${id}.backup`)),
      'the files of expired backups are deleted',
    );
  });
});

interface NewAccount {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

function asAccount(world: World, { AccessKeyId, SecretAccessKey }: NewAccount): NodeJS.ProcessEnv {
  return {
    ...world.environment(),
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
  };
}

function subnetsOf({ stdout }: { readonly stdout: string }): string[] {
  const { Regions } = JSON.parse(stdout) as {
    Regions: readonly { Subnets: readonly { SubnetId: string }[] }[];
  };
  return (Regions[0]?.Subnets ?? []).map(({ SubnetId }) => SubnetId);
}

/** Calls an operation that the pinned AWS SDK lacks, and signs the request itself. */
async function call(world: World, operation: string, input: object): Promise<unknown> {
  const body = JSON.stringify(input);
  const { host } = new URL(world.server.endpoint);
  const unsigned = {
    host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `BaldrApiService.${operation}`,
  };
  const { credentials } = awsFiles(world.data);
  const request = {
    method: 'POST',
    headers: unsigned,
    body,
    region: world.region,
    service: 'cloudhsm',
    credentials,
    now: Date.now(),
  };
  const headers = Object.entries(signRequest(request)).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const answer = await fetch(world.server.endpoint, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(await answer.text());
  return answer.json();
}

function kmsuserPassword(password: string): string[] {
  const kmsuser = ['--username', 'kmsuser', '--role', 'crypto-user'];
  return ['user', 'change-password', ...kmsuser, '--password', password];
}

/** Returns `keyhold hsm` for a cluster of another installation with the same customer CA. */
function hsmElsewhere(world: World, clusterId: string, ca: string): OwnCluster['hsm'] {
  const caFile = join(world.folder, 'customerCA.crt');
  writeFileSync(caFile, ca);
  return (args, login) =>
    keyholdHsm([...args, '--cluster-id', clusterId, '--ca-file', caFile], {
      ...world.environment(),
      ...(login && { CLOUDHSM_ROLE: login.role, CLOUDHSM_PIN: login.pin }),
    });
}

describe('an exported backup', () => {
  it('passes backup check, and restores on another installation', async () => {
    await using world = await startWorld();
    await using elsewhere = await startWorld();
    const holders = holderFiles(world, ['anna', 'ben', 'carla'], 2);
    const cluster = await ownCluster(world, { activation: holders.args });
    const file = join(world.folder, 'cluster.backup');
    const passphraseFile = join(world.folder, 'passphrase');
    writeFileSync(passphraseFile, 'correct horse battery\n');
    const secret = ['--path', file, '--passphrase-file', passphraseFile];
    const rootOf = ({ data }: World): string => join(data, 'certificates', 'manufacturer-root.crt');
    const root = ['--manufacturer-root', rootOf(elsewhere)];
    const source = ['--source-manufacturer-root', rootOf(world)];
    await cluster.hsm(
      ['key', 'generate-symmetric', 'aes', '--label', 'mine', '--key-length-bytes', '32'],
      {
        role: 'crypto-user',
        pin: `kmsuser:${KMSUSER_PASSWORD}`,
      },
    );
    await cluster.hsm(['backup', 'export', ...secret], asAdmin);
    const facts = (await cluster.hsm(['backup', 'check', ...secret], asAdmin)) as Record<
      string,
      unknown
    >;
    assert.deepEqual([facts['key-count'], facts['user-count'], facts['related']], [1, 3, true]);

    const { Cluster } = await elsewhere.cloudhsm.send(
      new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds: await subnetIds(elsewhere) }),
    );
    const clusterId = Cluster?.ClusterId ?? '';
    await untilCluster(
      elsewhere,
      clusterId,
      'the cluster is UNINITIALIZED',
      ({ State }) => State === 'UNINITIALIZED',
    );
    await addHsm(elsewhere, clusterId, 'a');
    const there = hsmElsewhere(elsewhere, clusterId, cluster.ca.certificate);
    const one = await holders.open('anna');
    const restore = ['backup', 'restore', ...secret, ...root];
    await assert.rejects(there([...restore, ...source, ...one]), /too few/);
    const two = await holders.open('anna', 'carla');
    await assert.rejects(there([...restore, ...two]), /another manufacturer/);
    const pin = ['--fingerprint', '0'.repeat(64)];
    await assert.rejects(there([...restore, ...source, ...two, ...pin]), /not the one in/);
    await there([...restore, ...source, ...two]);
    await untilCluster(
      elsewhere,
      clusterId,
      'the restored cluster is ACTIVE',
      ({ State }) => State === 'ACTIVE',
    );
    await elsewhere.cloudhsm.send(
      new CreateHsmCommand({ ClusterId: clusterId, AvailabilityZone: 'us-east-1b' }),
    );
    await untilCluster(
      elsewhere,
      clusterId,
      'two HSMs are ACTIVE',
      ({ Hsms }) => (Hsms ?? []).filter(({ State }) => State === 'ACTIVE').length === 2,
    );
    await there(kmsuserPassword('restored-pw-1'), asAdmin);
    const keys = (await there(['key', 'list', '--filter', 'attr.label=mine'], {
      role: 'crypto-user',
      pin: 'kmsuser:restored-pw-1',
    })) as {
      total_key_count: number;
    };
    assert.equal(keys.total_key_count, 1);
  });
});

describe('a backup of a guarded cluster', () => {
  it('waits in an HSM until the owner gives the recovery shares there', async () => {
    await using world = await startWorld();
    const holders = holderFiles(world, ['anna', 'ben', 'carla'], 2);
    const cluster = await ownCluster(world, {
      zones: ['a'],
      activation: ['--guarded', ...holders.args],
    });
    const made = (await cluster.hsm(['backup', 'create'])) as { 'backup-id': string };
    await untilBackups(cluster, ['activation', 'demand']);
    const { Cluster } = await world.cloudhsm.send(
      new CreateClusterCommand({
        HsmType: 'hsm2m.medium',
        SubnetIds: await subnetIds(world),
        SourceBackupId: made['backup-id'],
      }),
    );
    const clusterId = Cluster?.ClusterId ?? '';
    await untilCluster(world, clusterId, 'ACTIVE', ({ State }) => State === 'ACTIVE');
    await world.cloudhsm.send(
      new CreateHsmCommand({ ClusterId: clusterId, AvailabilityZone: 'us-east-1a' }),
    );
    const waiting = await untilCluster(world, clusterId, 'the HSM waits', ({ Hsms }) =>
      (Hsms ?? []).some(({ StateMessage = '' }) => StateMessage.includes('recovery shares')),
    );
    assert.equal(waiting.Hsms?.[0]?.State, 'CREATE_IN_PROGRESS');
    const there = hsmElsewhere(world, clusterId, cluster.ca.certificate);
    const root = join(world.data, 'certificates', 'manufacturer-root.crt');
    const restore = ['backup', 'restore', '--manufacturer-root', root];
    await assert.rejects(there([...restore, ...(await holders.open('ben'))]), /too few/);
    await there([...restore, ...(await holders.open('ben', 'carla'))]);
    await untilCluster(world, clusterId, 'the HSM is ACTIVE', ({ Hsms }) =>
      (Hsms ?? []).some(({ State }) => State === 'ACTIVE'),
    );
    const shown = (await there(['cluster', 'recovery', 'show'], asAdmin)) as { guarded: boolean };
    assert.equal(shown.guarded, true);
  });
});
