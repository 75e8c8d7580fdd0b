import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import {
  CreateClusterCommand,
  CreateHsmCommand,
  InitializeClusterCommand,
} from '@aws-sdk/client-cloudhsm-v2';
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  DecryptCommand,
  DisconnectCustomKeyStoreCommand,
  EncryptCommand,
} from '@aws-sdk/client-kms';
import { customerCa } from '../support/customer-ca.ts';
import { keyholdHsm } from '../support/keyhold-cli.ts';
import {
  ADMIN_PASSWORD,
  asAdmin,
  KMSUSER_PASSWORD,
  newKey,
  subnetIds,
  untilCluster,
  untilStore,
} from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld } from '../support/world.ts';

it('cluster and key store set-up resumes when Keyhold is killed and restarted after each request', async () => {
  await using world = await startWorld();
  const killAndRestart = async (): Promise<void> => {
    await world.kill();
    await world.start();
  };
  const ca = await customerCa('EC');
  const { Cluster } = await world.cloudhsm.send(
    new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds: await subnetIds(world) }),
  );
  const ClusterId = Cluster?.ClusterId ?? '';
  await killAndRestart();
  await untilCluster(
    world,
    ClusterId,
    'the cluster is UNINITIALIZED',
    ({ State }) => State === 'UNINITIALIZED',
  );

  await world.cloudhsm.send(new CreateHsmCommand({ ClusterId, AvailabilityZone: 'us-east-1a' }));
  await killAndRestart();
  const claimable = await untilCluster(
    world,
    ClusterId,
    'the cluster has a CSR',
    ({ Certificates }) => Certificates?.ClusterCsr !== undefined,
  );

  const csr = claimable.Certificates?.ClusterCsr ?? '';
  await killAndRestart();
  const same = await untilCluster(
    world,
    ClusterId,
    'the cluster has a CSR',
    ({ Certificates }) => Certificates?.ClusterCsr !== undefined,
  );
  assert.equal(same.Certificates?.ClusterCsr, csr, 'a restart keeps the cluster CSR');

  await world.cloudhsm.send(
    new InitializeClusterCommand({
      ClusterId,
      SignedCert: await ca.sign(csr),
      TrustAnchor: ca.certificate,
    }),
  );
  await killAndRestart();
  await untilCluster(
    world,
    ClusterId,
    'the cluster is INITIALIZED',
    ({ State }) => State === 'INITIALIZED',
  );

  const caFile = join(world.folder, 'customerCA.crt');
  writeFileSync(caFile, ca.certificate);
  const hsm = (args: readonly string[], login?: typeof asAdmin): Promise<unknown> =>
    keyholdHsm([...args, '--cluster-id', ClusterId, '--ca-file', caFile], {
      ...world.environment(),
      ...(login && { CLOUDHSM_ROLE: login.role, CLOUDHSM_PIN: login.pin }),
    });
  // Right after a restart the HSM may still be starting.
  await until('the cluster is activated', async () => {
    try {
      return (await hsm(['cluster', 'activate', '--password', ADMIN_PASSWORD])) !== undefined;
    } catch {
      return false;
    }
  });
  await killAndRestart();
  await untilCluster(world, ClusterId, 'the cluster is ACTIVE', ({ State }) => State === 'ACTIVE');
  await until('kmsuser is created', async () => {
    try {
      return (
        (await hsm(
          [
            'user',
            'create',
            '--username',
            'kmsuser',
            '--role',
            'crypto-user',
            '--password',
            KMSUSER_PASSWORD,
          ],
          asAdmin,
        )) !== undefined
      );
    } catch {
      return false;
    }
  });

  await world.cloudhsm.send(new CreateHsmCommand({ ClusterId, AvailabilityZone: 'us-east-1b' }));
  await killAndRestart();
  await untilCluster(
    world,
    ClusterId,
    'two HSMs are ACTIVE',
    ({ Hsms }) => (Hsms ?? []).filter(({ State }) => State === 'ACTIVE').length === 2,
  );

  const { CustomKeyStoreId = '' } = await world.kms.send(
    new CreateCustomKeyStoreCommand({
      CustomKeyStoreName: 'restarted',
      CloudHsmClusterId: ClusterId,
      TrustAnchorCertificate: ca.certificate,
      KeyStorePassword: KMSUSER_PASSWORD,
    }),
  );
  await killAndRestart();
  await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  await killAndRestart();
  await untilStore(world, CustomKeyStoreId, 'CONNECTED');

  const KeyId = await until('a key can be created', async () => {
    try {
      return await newKey(world, CustomKeyStoreId);
    } catch {
      return undefined;
    }
  });
  const { CiphertextBlob } = await world.kms.send(
    new EncryptCommand({ KeyId, Plaintext: Buffer.from('kept') }),
  );
  await killAndRestart();
  await untilStore(world, CustomKeyStoreId, 'CONNECTED');
  const opened = await until('the key can be used', async () => {
    try {
      return await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    } catch {
      return undefined;
    }
  });
  assert.equal(Buffer.from(opened.Plaintext ?? []).toString(), 'kept');

  await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  await killAndRestart();
  await untilStore(world, CustomKeyStoreId, 'DISCONNECTED');
});
