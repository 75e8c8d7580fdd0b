import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteHsmCommand,
} from '@aws-sdk/client-cloudhsm-v2';
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  CreateKeyCommand,
  DeleteCustomKeyStoreCommand,
  DescribeCustomKeyStoresCommand,
  DisconnectCustomKeyStoreCommand,
  EncryptCommand,
  UpdateCustomKeyStoreCommand,
} from '@aws-sdk/client-kms';
import { connectHsm, type HsmConnection } from '../../src/hsm/client/index.ts';
import { customerCa } from '../support/customer-ca.ts';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import {
  addHsm,
  asAdmin,
  describeCluster,
  KMSUSER_PASSWORD,
  newKey,
  ownCluster,
  subnetIds,
  untilCluster,
  untilStore,
  type OwnCluster,
} from '../support/own-cluster.ts';
import { statusOf } from '../support/status.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

describe('a custom key store', () => {
  let world: World;
  let cluster: OwnCluster;

  before(async () => {
    world = await startWorld();
    cluster = await ownCluster(world, { zones: ['a'] });
  });
  after(() => world?.[Symbol.asyncDispose]());

  const wanted = (name: string): ConstructorParameters<typeof CreateCustomKeyStoreCommand>[0] => ({
    CustomKeyStoreName: name,
    CloudHsmClusterId: cluster.clusterId,
    TrustAnchorCertificate: cluster.ca.certificate,
    KeyStorePassword: KMSUSER_PASSWORD,
  });

  async function failedConnect(id: string): Promise<string | undefined> {
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    const code = await untilStore(world, id, 'FAILED');
    await assert.rejects(
      world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id })),
      {
        name: 'CustomKeyStoreInvalidStateException',
      },
    );
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await untilStore(world, id, 'DISCONNECTED');
    return code;
  }

  const setPassword = (password: string): Promise<unknown> =>
    cluster.hsm(
      [
        'user',
        'change-password',
        '--username',
        'kmsuser',
        '--role',
        'crypto-user',
        '--password',
        password,
      ],
      asAdmin,
    );

  /** Logs in as kmsuser, outside KMS. */
  async function asKmsuser(): Promise<HsmConnection> {
    const [hsm] = (await statusOf(world)).Clusters.flatMap(({ Hsms }) => Hsms);
    assert.ok(hsm);
    const address = { hsmId: hsm.HsmId, host: hsm.EniIp, port: hsm.EniPort };
    const connection = await connectHsm(address, { trustAnchor: cluster.ca.certificate });
    await connection.call('login', {
      username: 'kmsuser',
      role: 'crypto-user',
      password: KMSUSER_PASSWORD,
    });
    return connection;
  }

  async function whileFrozen<R>(work: () => Promise<R>): Promise<R> {
    const pids = ((await cluster.describe()).Hsms ?? []).map(({ HsmId = '' }) => pidOf(HsmId));
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      return await work();
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  }

  it('requires an existing cluster', async () => {
    await assert.rejects(
      world.kms.send(
        new CreateCustomKeyStoreCommand({
          ...wanted('none'),
          CloudHsmClusterId: 'cluster-aaaaaaaaaaa',
        }),
      ),
      {
        name: 'CloudHsmClusterNotFoundException',
      },
    );
  });

  it('requires an active cluster', async () => {
    const { Cluster } = await world.cloudhsm.send(
      new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds: await subnetIds(world) }),
    );
    await assert.rejects(
      world.kms.send(
        new CreateCustomKeyStoreCommand({
          ...wanted('inactive'),
          CloudHsmClusterId: Cluster?.ClusterId ?? '',
        }),
      ),
      { name: 'CloudHsmClusterNotActiveException' },
    );
  });

  it('requires two active HSMs in different Availability Zones', async () => {
    await assert.rejects(world.kms.send(new CreateCustomKeyStoreCommand(wanted('lonely'))), {
      name: 'CloudHsmClusterInvalidConfigurationException',
    });
    await addHsm(world, cluster.clusterId, 'b');
  });

  it('requires the trust anchor that the cluster was initialized with', async () => {
    const { certificate } = await customerCa('EC');
    await assert.rejects(
      world.kms.send(
        new CreateCustomKeyStoreCommand({
          ...wanted('forged'),
          TrustAnchorCertificate: certificate,
        }),
      ),
      {
        name: 'IncorrectTrustAnchorException',
      },
    );
  });

  it('passes through its states from creation to deletion, and rejects calls in the wrong state', async () => {
    const { CustomKeyStoreId: id = '' } = await world.kms.send(
      new CreateCustomKeyStoreCommand(wanted('own')),
    );
    assert.match(id, /^cks-[0-9a-f]{17}$/);
    assert.equal(
      (await world.kms.send(new CreateCustomKeyStoreCommand(wanted('own')))).CustomKeyStoreId,
      id,
      'repeating the request is not an error',
    );
    await assert.rejects(
      world.kms.send(
        new CreateCustomKeyStoreCommand({ ...wanted('own'), KeyStorePassword: 'another-1' }),
      ),
      {
        name: 'CustomKeyStoreNameInUseException',
      },
    );
    await assert.rejects(world.kms.send(new CreateCustomKeyStoreCommand(wanted('second'))), {
      name: 'CloudHsmClusterInUseException',
    });
    await assert.rejects(newKey(world, id), { name: 'CustomKeyStoreInvalidStateException' });
    await assert.rejects(
      world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: id })),
      {
        name: 'CustomKeyStoreInvalidStateException',
      },
    );

    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await untilStore(world, id, 'CONNECTED');
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await assert.rejects(
      world.kms.send(
        new UpdateCustomKeyStoreCommand({ CustomKeyStoreId: id, KeyStorePassword: 'whatever1' }),
      ),
      {
        name: 'CustomKeyStoreInvalidStateException',
      },
    );
    await world.kms.send(
      new UpdateCustomKeyStoreCommand({ CustomKeyStoreId: id, NewCustomKeyStoreName: 'renamed' }),
    );
    const { CustomKeyStores } = await world.kms.send(
      new DescribeCustomKeyStoresCommand({ CustomKeyStoreName: 'renamed' }),
    );
    assert.equal(CustomKeyStores?.[0]?.CustomKeyStoreId, id);
    assert.ok(!JSON.stringify(CustomKeyStores).includes(KMSUSER_PASSWORD));
    await assert.rejects(
      world.kms.send(new DeleteCustomKeyStoreCommand({ CustomKeyStoreId: id })),
      {
        name: 'CustomKeyStoreInvalidStateException',
      },
    );
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await untilStore(world, id, 'DISCONNECTED');
    await world.kms.send(new DeleteCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await assert.rejects(
      world.kms.send(new DescribeCustomKeyStoresCommand({ CustomKeyStoreId: id })),
      {
        name: 'CustomKeyStoreNotFoundException',
      },
    );
  });

  it('reports the connection error code for each cause of a failed connection', async () => {
    await setPassword(KMSUSER_PASSWORD);
    const { CustomKeyStoreId: id = '' } = await world.kms.send(
      new CreateCustomKeyStoreCommand({ ...wanted('troubled'), KeyStorePassword: 'not-the-one-1' }),
    );
    assert.equal(await failedConnect(id), 'INVALID_CREDENTIALS');

    // Each failed connection counts as a failed login. The fifth locks the user.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await assert.rejects(
        cluster.hsm(['key', 'list'], { role: 'crypto-user', pin: 'kmsuser:wrong-guess-1' }),
      );
    }
    assert.equal(await failedConnect(id), 'USER_LOCKED_OUT');

    await setPassword(KMSUSER_PASSWORD);
    await world.kms.send(
      new UpdateCustomKeyStoreCommand({ CustomKeyStoreId: id, KeyStorePassword: KMSUSER_PASSWORD }),
    );
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await untilStore(world, id, 'CONNECTED');
    const key = await newKey(world, id);
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await untilStore(world, id, 'DISCONNECTED');
    await assert.rejects(
      world.kms.send(new DeleteCustomKeyStoreCommand({ CustomKeyStoreId: id })),
      {
        name: 'CustomKeyStoreHasCMKsException',
      },
    );

    await setPassword(KMSUSER_PASSWORD);
    const session = await asKmsuser();
    try {
      assert.equal(await failedConnect(id), 'USER_LOGGED_IN');
    } finally {
      session.close();
    }
    if (!needsProc) assert.equal(await whileFrozen(() => failedConnect(id)), 'NETWORK_ERRORS');

    await cluster.hsm(['key', 'delete', '--filter', `attr.label=${key}`], {
      role: 'crypto-user',
      pin: `kmsuser:${KMSUSER_PASSWORD}`,
    });
    await cluster.hsm(
      ['user', 'delete', '--username', 'kmsuser', '--role', 'crypto-user'],
      asAdmin,
    );
    assert.equal(await failedConnect(id), 'USER_NOT_FOUND');

    for (const hsm of (await cluster.describe()).Hsms ?? []) {
      await world.cloudhsm.send(
        new DeleteHsmCommand({ ClusterId: cluster.clusterId, HsmId: hsm.HsmId ?? '' }),
      );
    }
    await untilCluster(
      world,
      cluster.clusterId,
      'all HSMs are deleted',
      ({ Hsms }) => (Hsms ?? []).length === 0,
    );
    assert.equal(await failedConnect(id), 'INSUFFICIENT_CLOUDHSM_HSMS');

    await world.cloudhsm.send(new DeleteClusterCommand({ ClusterId: cluster.clusterId }));
    await until(
      'the cluster is deleted',
      async () => (await describeCluster(world, cluster.clusterId)) === undefined,
    );
    assert.equal(await failedConnect(id), 'CLUSTER_NOT_FOUND');
  });

  it('stays CONNECTED when it loses all HSMs; its keys fail with the reason', async () => {
    const other = await ownCluster(world);
    const { CustomKeyStoreId: id = '' } = await world.kms.send(
      new CreateCustomKeyStoreCommand({
        ...wanted('bereft'),
        CloudHsmClusterId: other.clusterId,
        TrustAnchorCertificate: other.ca.certificate,
      }),
    );
    await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
    await untilStore(world, id, 'CONNECTED');
    const KeyId = await newKey(world, id);
    for (const hsm of (await other.describe()).Hsms ?? []) {
      await world.cloudhsm.send(
        new DeleteHsmCommand({ ClusterId: other.clusterId, HsmId: hsm.HsmId ?? '' }),
      );
    }
    await untilCluster(
      world,
      other.clusterId,
      'all HSMs are deleted',
      ({ Hsms }) => (Hsms ?? []).length === 0,
    );
    await until('the key cannot be used', async () => {
      try {
        await world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
        return false;
      } catch (error) {
        assert.equal((error as Error).name, 'KMSInvalidStateException');
        assert.match((error as Error).message, /KMS cannot communicate with your CloudHSM cluster/);
        return true;
      }
    });
    await untilStore(world, id, 'CONNECTED');
    await assert.rejects(
      world.kms.send(new CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: id })),
      {
        name: 'CloudHsmClusterInvalidConfigurationException',
      },
    );
  });
});
