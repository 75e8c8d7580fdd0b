import type { AuditEntry, KeyInfo } from '../../hsm/wire/index.ts';
import type { JsonResponse } from '../api.ts';
import type { Scene } from './scene.ts';

/** One step of the demo. `run` resolves to a line that describes the result. */
export interface Step {
  readonly title: string;
  run(scene: Scene): Promise<string>;
}

type Subnets = JsonResponse<'keyhold', 'DescribeStatus'>['Regions'][number]['Subnets'];

async function addHsm(scene: Scene, zone = ''): Promise<void> {
  const active = async (): Promise<number> =>
    ((await scene.cluster()).Hsms ?? []).filter(({ State }) => State === 'ACTIVE').length;
  const before = await active();
  await scene.api('cloudhsm', 'CreateHsm', { ClusterId: scene.clusterId, AvailabilityZone: zone });
  await scene.until('the new HSM is ACTIVE', async () => (await active()) > before || undefined);
}

async function zonesOf(scene: Scene): Promise<Subnets> {
  const { Regions } = await scene.api('keyhold', 'DescribeStatus', {});
  return Regions[0]?.Subnets ?? [];
}

const cluster: Step = {
  title: 'create a cluster, sign its CSR with your own CA, initialize it',
  async run(scene) {
    const subnets = await zonesOf(scene);
    const { Cluster } = await scene.api('cloudhsm', 'CreateCluster', {
      HsmType: 'hsm2m.medium',
      SubnetIds: subnets.map(({ SubnetId }) => SubnetId),
    });
    scene.clusterId = Cluster?.ClusterId ?? '';
    await scene.untilCluster(
      'the cluster is UNINITIALIZED',
      ({ State }) => State === 'UNINITIALIZED',
    );
    await addHsm(scene, subnets[0]?.AvailabilityZone);
    const { Certificates } = await scene.untilCluster(
      'the CSR is available',
      (view) => view.Certificates?.ClusterCsr !== undefined,
    );
    await scene.api('cloudhsm', 'InitializeCluster', {
      ClusterId: scene.clusterId,
      SignedCert: await scene.ca.sign(Certificates?.ClusterCsr ?? ''),
      TrustAnchor: scene.ca.certificate,
    });
    await scene.untilCluster('the cluster is INITIALIZED', ({ State }) => State === 'INITIALIZED');
    return scene.clusterId;
  },
};

const users: Step = {
  title: 'activate it, create the HSM user kmsuser, add a second HSM',
  async run(scene) {
    const hsm = await scene.hsm();
    await hsm.call('activate', { password: scene.adminPassword.reveal() });
    await hsm.call('login', {
      username: 'admin',
      role: 'admin',
      password: scene.adminPassword.reveal(),
    });
    await hsm.call('createUser', {
      username: 'kmsuser',
      role: 'crypto-user',
      password: scene.userPassword.reveal(),
    });
    hsm.close();
    await scene.untilCluster('the cluster is ACTIVE', ({ State }) => State === 'ACTIVE');
    await addHsm(scene, (await zonesOf(scene))[1]?.AvailabilityZone);
    return 'two HSMs in two Availability Zones';
  },
};

const store: Step = {
  title: 'create a custom key store entry in KMS',
  async run(scene) {
    const { CustomKeyStoreId = '' } = await scene.api('kms', 'CreateCustomKeyStore', {
      CustomKeyStoreName: `demo-${scene.clusterId.slice(-6)}`,
      CloudHsmClusterId: scene.clusterId,
      TrustAnchorCertificate: scene.ca.certificate,
      KeyStorePassword: scene.userPassword.reveal(),
    });
    scene.storeId = CustomKeyStoreId;
    return CustomKeyStoreId;
  },
};

const connect: Step = {
  title: 'connect it: TLS to the trust anchor, login as kmsuser, new password',
  async run(scene) {
    await scene.api('kms', 'ConnectCustomKeyStore', { CustomKeyStoreId: scene.storeId });
    await scene.untilStore('CONNECTED');
    return 'CONNECTED';
  },
};

const key: Step = {
  title: 'create a KMS key in it',
  async run(scene) {
    const { KeyMetadata } = await scene.api('kms', 'CreateKey', {
      Origin: 'AWS_CLOUDHSM',
      CustomKeyStoreId: scene.storeId,
      Description: 'created by keyhold demo',
    });
    scene.keyArn = KeyMetadata?.Arn ?? '';
    return scene.keyArn;
  },
};

const use: Step = {
  title: 'use it through the KMS API, like a key of the default key store',
  async run(scene) {
    const { KeyMetadata } = await scene.api('kms', 'CreateKey', {
      Description: 'created by keyhold demo',
    });
    const Plaintext = Buffer.from('hello').toString('base64');
    for (const KeyId of [scene.keyArn, KeyMetadata?.Arn ?? '']) {
      const { CiphertextBlob = '' } = await scene.api('kms', 'Encrypt', {
        KeyId,
        Plaintext,
      });
      const opened = await scene.api('kms', 'Decrypt', { CiphertextBlob });
      if (opened.Plaintext !== Plaintext)
        throw new Error(`${KeyId} did not decrypt to the original plaintext`);
    }
    return 'encrypted and decrypted with both, by the same calls';
  },
};

export const steps: readonly Step[] = [cluster, users, store, connect, key, use];

/** The key as shown by KMS and by the HSMs, with its entry in an HSM's audit log. */
export interface Views {
  readonly kms: NonNullable<JsonResponse<'kms', 'DescribeKey'>['KeyMetadata']>;
  readonly hsm: KeyInfo;
  readonly audit: AuditEntry | undefined;
}

/**
 * Reads the key from KMS and from the HSMs. For the HSMs, the owner takes control of kmsuser in the
 * documented way: disconnect, change the password, log in, read, give KMS the password, reconnect.
 */
export async function showBothSides(scene: Scene): Promise<Views> {
  const { KeyMetadata: kms } = await scene.api('kms', 'DescribeKey', { KeyId: scene.keyArn });
  if (!kms) throw new Error('KMS does not return the key');
  await scene.api('kms', 'DisconnectCustomKeyStore', { CustomKeyStoreId: scene.storeId });
  await scene.untilStore('DISCONNECTED');
  const admin = await scene.hsm({
    username: 'admin',
    role: 'admin',
    password: scene.adminPassword,
  });
  await admin.call('changePassword', {
    username: 'kmsuser',
    role: 'crypto-user',
    password: scene.userPassword.reveal(),
  });
  const { records } = await admin.call('readAudit', { from: 0, limit: 1_000 });
  admin.close();
  const user = await scene.hsm({
    username: 'kmsuser',
    role: 'crypto-user',
    password: scene.userPassword,
  });
  const { keys } = await user.call('findKeys', {
    filter: { attributes: { label: scene.keyArn } },
    limit: 1,
  });
  await user.call('logout', {});
  user.close();
  const [hsm] = keys;
  if (!hsm) throw new Error('the HSMs do not return the key');
  await scene.api('kms', 'UpdateCustomKeyStore', {
    CustomKeyStoreId: scene.storeId,
    KeyStorePassword: scene.userPassword.reveal(),
  });
  await scene.api('kms', 'ConnectCustomKeyStore', { CustomKeyStoreId: scene.storeId });
  await scene.untilStore('CONNECTED');
  return {
    kms,
    hsm,
    audit: records.find(({ keyHandle }) => keyHandle === hsm.handle),
  };
}
