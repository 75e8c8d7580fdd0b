import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateClusterCommand,
  CreateHsmCommand,
  DescribeClustersCommand,
  InitializeClusterCommand,
  type Cluster,
} from '@aws-sdk/client-cloudhsm-v2';
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  CreateKeyCommand,
  DescribeCustomKeyStoresCommand,
} from '@aws-sdk/client-kms';
import { customerCa, type CustomerCa } from './customer-ca.ts';
import { keyhold, keyholdHsm } from './keyhold-cli.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

export const ADMIN_PASSWORD = 'admin-password-1';
export const KMSUSER_PASSWORD = 'kmspassword1';

/** A cluster that the test owns, with its CA and access to its HSMs. */
export interface OwnCluster {
  readonly clusterId: string;
  readonly ca: CustomerCa;
  readonly caFile: string;
  describe(): Promise<Cluster>;
  /** Runs `keyhold hsm ARGS`, logged in as an HSM user if given. */
  readonly hsm: (
    args: readonly string[],
    login?: { readonly role: string; readonly pin: string },
  ) => Promise<unknown>;
}

export const asAdmin = { role: 'admin', pin: `admin:${ADMIN_PASSWORD}` };

interface Subnets {
  readonly Regions: readonly {
    readonly Region: string;
    readonly Subnets: readonly { readonly SubnetId: string; readonly AvailabilityZone: string }[];
  }[];
}

/** Returns the IDs of the built-in subnets, as listed by `keyhold status`. */
export async function subnetIds(world: World): Promise<string[]> {
  const { stdout, stderr } = await keyhold(['status', '--json'], world.environment());
  const status = JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`) as Subnets;
  const region = status.Regions.find(({ Region }) => Region === world.region);
  return (region?.Subnets ?? []).map(({ SubnetId }) => SubnetId);
}

export async function describeCluster(
  world: World,
  clusterId: string,
): Promise<Cluster | undefined> {
  const { Clusters } = await world.cloudhsm.send(
    new DescribeClustersCommand({ Filters: { clusterIds: [clusterId] } }),
  );
  return Clusters?.[0];
}

export async function untilCluster(
  world: World,
  clusterId: string,
  what: string,
  holds: (cluster: Cluster) => boolean,
): Promise<Cluster> {
  return until(what, async () => {
    const cluster = await describeCluster(world, clusterId);
    return cluster && holds(cluster) ? cluster : undefined;
  });
}

function activeHsms(cluster: Cluster): number {
  return (cluster.Hsms ?? []).filter((hsm) => hsm.State === 'ACTIVE').length;
}

export async function addHsm(world: World, clusterId: string, zone: string): Promise<void> {
  const before = activeHsms((await describeCluster(world, clusterId)) ?? {});
  await world.cloudhsm.send(
    new CreateHsmCommand({ ClusterId: clusterId, AvailabilityZone: `${world.region}${zone}` }),
  );
  await untilCluster(
    world,
    clusterId,
    'the new HSM is ACTIVE',
    (cluster) => activeHsms(cluster) > before,
  );
}

/**
 * Steps 1 and 2: creates, initialises and activates a cluster with an HSM in each of `zones`, and
 * creates kmsuser.
 */
export async function ownCluster(
  world: World,
  options: {
    readonly zones?: readonly string[];
    readonly ca?: CustomerCa;
    /** Further arguments of `cluster activate`. */
    readonly activation?: readonly string[];
  } = {},
): Promise<OwnCluster> {
  const { zones = ['a', 'b'], ca = await customerCa('EC'), activation = [] } = options;
  const created = await world.cloudhsm.send(
    new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds: await subnetIds(world) }),
  );
  const clusterId = created.Cluster?.ClusterId ?? '';
  await untilCluster(
    world,
    clusterId,
    'the cluster is UNINITIALIZED',
    ({ State }) => State === 'UNINITIALIZED',
  );
  await addHsm(world, clusterId, zones[0] ?? 'a');
  const cluster = await untilCluster(
    world,
    clusterId,
    'the cluster has a CSR',
    ({ Certificates }) => Certificates?.ClusterCsr !== undefined,
  );
  const SignedCert = await ca.sign(cluster.Certificates?.ClusterCsr ?? '');
  await world.cloudhsm.send(
    new InitializeClusterCommand({ ClusterId: clusterId, SignedCert, TrustAnchor: ca.certificate }),
  );
  await untilCluster(
    world,
    clusterId,
    'the cluster is INITIALIZED',
    ({ State }) => State === 'INITIALIZED',
  );

  const caFile = join(world.folder, `${clusterId}-customerCA.crt`);
  writeFileSync(caFile, ca.certificate);
  const own: OwnCluster = {
    clusterId,
    ca,
    caFile,
    describe: async () => (await describeCluster(world, clusterId)) ?? {},
    hsm: (args, login) =>
      keyholdHsm([...args, '--cluster-id', clusterId, '--ca-file', caFile], {
        ...world.environment(),
        ...(login && { CLOUDHSM_ROLE: login.role, CLOUDHSM_PIN: login.pin }),
      }),
  };
  await own.hsm(['cluster', 'activate', '--password', ADMIN_PASSWORD, ...activation]);
  await untilCluster(world, clusterId, 'the cluster is ACTIVE', ({ State }) => State === 'ACTIVE');
  await own.hsm(
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
  );
  for (const zone of zones.slice(1)) await addHsm(world, clusterId, zone);
  return own;
}

/** Steps 3 and 4: creates a custom key store for the cluster and connects it. Returns its ID. */
export async function ownKeyStore(
  world: World,
  cluster: OwnCluster,
  name = 'own-hsms',
): Promise<string> {
  const { CustomKeyStoreId = '' } = await world.kms.send(
    new CreateCustomKeyStoreCommand({
      CustomKeyStoreName: name,
      CloudHsmClusterId: cluster.clusterId,
      TrustAnchorCertificate: cluster.ca.certificate,
      KeyStorePassword: KMSUSER_PASSWORD,
    }),
  );
  await world.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }));
  await untilStore(world, CustomKeyStoreId, 'CONNECTED');
  return CustomKeyStoreId;
}

/**
 * Waits for a connection state. Returns the connection error code. Throws if the state becomes
 * FAILED unexpectedly.
 */
export async function untilStore(
  world: World,
  id: string,
  state: string,
): Promise<string | undefined> {
  const store = await until(`key store ${id} is ${state}`, async () => {
    const { CustomKeyStores } = await world.kms.send(
      new DescribeCustomKeyStoresCommand({ CustomKeyStoreId: id }),
    );
    const found = CustomKeyStores?.[0];
    if (found?.ConnectionState === 'FAILED' && state !== 'FAILED')
      throw new Error(`key store FAILED: ${found.ConnectionErrorCode}`);
    return found?.ConnectionState === state ? found : undefined;
  });
  return store.ConnectionErrorCode;
}

/** Step 5: creates a KMS key in the store, by default in the default key store. Returns its ARN. */
export async function newKey(world: World, storeId?: string): Promise<string> {
  const { KeyMetadata } = await world.kms.send(
    new CreateKeyCommand(
      storeId === undefined ? {} : { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: storeId },
    ),
  );
  return KeyMetadata?.Arn ?? '';
}

/** Recovery holders with key files in the world's folder. */
export interface HolderFiles {
  /** Arguments that name the holders. */
  readonly args: readonly string[];
  /** Decrypts the shares of these holders. Returns `--share` and the files. */
  open(...names: readonly string[]): Promise<readonly string[]>;
}

/** Creates an RSA key pair for each holder. */
export function holderFiles(
  world: World,
  names: readonly string[],
  threshold: number,
): HolderFiles {
  const { folder } = world;
  const file = (name: string): string => join(folder, name);
  for (const name of names) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file(`${name}.pem`), publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(file(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  return {
    args: [
      ...names.flatMap((name) => ['--recovery-holder', `${name}=${file(`${name}.pem`)}`]),
      '--recovery-threshold',
      String(threshold),
      '--recovery-shares-dir',
      folder,
    ],
    async open(...wanted) {
      for (const name of wanted)
        await keyholdHsm(
          [
            'cluster',
            'recovery',
            'open-share',
            '--share-file',
            file(`${name}.recovery-share.json`),
            '--private-key',
            file(`${name}.key`),
            '--path',
            file(`${name}.share`),
          ],
          world.environment(),
        );
      return ['--share', ...wanted.map((name) => file(`${name}.share`))];
    },
  };
}
