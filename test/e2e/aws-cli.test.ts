import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { run, keyholdHsm } from '../support/keyhold-cli.ts';
import { ADMIN_PASSWORD, KMSUSER_PASSWORD, subnetIds } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

function isInstalled(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

const missing = [
  ...(isInstalled('aws', '--version') ? [] : ['the AWS CLI']),
  ...(isInstalled('openssl', 'version') ? [] : ['openssl']),
];

/** Returns an environment that only names the files written by `keyhold up`. */
function filesOnly(world: World): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    AWS_SHARED_CREDENTIALS_FILE: join(world.data, 'credentials'),
    AWS_CONFIG_FILE: join(world.data, 'config'),
    AWS_PAGER: '',
  };
}

async function aws(world: World, ...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(
    'aws',
    [...args, '--output', 'json'],
    filesOnly(world),
  );
  assert.equal(code, 0, `aws ${args.join(' ')}: ${stderr}`);
  return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
}

async function openssl(...args: string[]): Promise<void> {
  const { code, stderr } = await run('openssl', args);
  assert.equal(code, 0, stderr);
}

describe(
  'the AWS CLI, openssl and keyhold hsm',
  { skip: missing.length > 0 && `needs ${missing.join(' and ')}` },
  () => {
    it('create and use a key in the customer’s HSMs in six steps', async () => {
      await using world = await startWorld();
      const file = (name: string): string => join(world.folder, name);
      const created = await aws(
        world,
        'cloudhsmv2',
        'create-cluster',
        '--hsm-type',
        'hsm2m.medium',
        '--subnet-ids',
        ...(await subnetIds(world)),
      );
      const id = (created['Cluster'] as { ClusterId: string }).ClusterId;
      const describe_ = async (query: string): Promise<unknown> =>
        JSON.parse(
          (
            await run(
              'aws',
              [
                'cloudhsmv2',
                'describe-clusters',
                '--filters',
                `clusterIds=${id}`,
                '--query',
                query,
              ],
              filesOnly(world),
            )
          ).stdout || 'null',
        );
      await until(
        'UNINITIALIZED',
        async () => (await describe_('Clusters[0].State')) === 'UNINITIALIZED',
      );
      await aws(
        world,
        'cloudhsmv2',
        'create-hsm',
        '--cluster-id',
        id,
        '--availability-zone',
        'us-east-1a',
      );
      const csr = await until(
        'the CSR',
        async () =>
          ((await describe_('Clusters[0].Certificates.ClusterCsr')) as string | null) ?? undefined,
      );
      writeFileSync(file('cluster.csr'), csr);

      await openssl(
        'verify',
        '-CAfile',
        join(world.data, 'certificates', 'manufacturer-root.crt'),
        await savedCertificate('ManufacturerHardwareCertificate'),
      );
      async function savedCertificate(name: string): Promise<string> {
        writeFileSync(file(name), (await describe_(`Clusters[0].Certificates.${name}`)) as string);
        return file(name);
      }

      await openssl(
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '3652',
        '-subj',
        '/CN=My CA',
        '-keyout',
        file('customerCA.key'),
        '-out',
        file('customerCA.crt'),
      );
      await openssl(
        'x509',
        '-req',
        '-days',
        '3652',
        '-in',
        file('cluster.csr'),
        '-CA',
        file('customerCA.crt'),
        '-CAkey',
        file('customerCA.key'),
        '-CAcreateserial',
        '-out',
        file('cluster.crt'),
      );
      await aws(
        world,
        'cloudhsmv2',
        'initialize-cluster',
        '--cluster-id',
        id,
        '--signed-cert',
        `file://${file('cluster.crt')}`,
        '--trust-anchor',
        `file://${file('customerCA.crt')}`,
      );
      await until(
        'INITIALIZED',
        async () => (await describe_('Clusters[0].State')) === 'INITIALIZED',
      );

      const hsm = (args: readonly string[], pin?: string): Promise<unknown> =>
        keyholdHsm([...args, '--cluster-id', id, '--ca-file', file('customerCA.crt')], {
          ...world.environment(),
          ...(pin !== undefined && { CLOUDHSM_ROLE: 'admin', CLOUDHSM_PIN: pin }),
        });
      await hsm(['cluster', 'activate', '--password', ADMIN_PASSWORD]);
      await hsm(
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
        `admin:${ADMIN_PASSWORD}`,
      );
      await until('ACTIVE', async () => (await describe_('Clusters[0].State')) === 'ACTIVE');
      await aws(
        world,
        'cloudhsmv2',
        'create-hsm',
        '--cluster-id',
        id,
        '--availability-zone',
        'us-east-1b',
      );
      await until(
        'two HSMs',
        async () =>
          ((await describe_("Clusters[0].Hsms[?State=='ACTIVE']")) as unknown[]).length === 2,
      );

      const { CustomKeyStoreId: store } = (await aws(
        world,
        'kms',
        'create-custom-key-store',
        '--custom-key-store-name',
        'cli',
        '--cloud-hsm-cluster-id',
        id,
        '--trust-anchor-certificate',
        `file://${file('customerCA.crt')}`,
        '--key-store-password',
        KMSUSER_PASSWORD,
      )) as { CustomKeyStoreId: string };
      await aws(world, 'kms', 'connect-custom-key-store', '--custom-key-store-id', store);
      await until('CONNECTED', async () => {
        const { CustomKeyStores } = (await aws(world, 'kms', 'describe-custom-key-stores')) as {
          CustomKeyStores: { ConnectionState: string }[];
        };
        return CustomKeyStores[0]?.ConnectionState === 'CONNECTED';
      });
      const { KeyMetadata } = (await aws(
        world,
        'kms',
        'create-key',
        '--origin',
        'AWS_CLOUDHSM',
        '--custom-key-store-id',
        store,
      )) as {
        KeyMetadata: { KeyId: string };
      };
      await aws(
        world,
        'kms',
        'create-alias',
        '--alias-name',
        'alias/cli',
        '--target-key-id',
        KeyMetadata.KeyId,
      );
      writeFileSync(file('plain'), 'hello');
      const sealed = (await aws(
        world,
        'kms',
        'encrypt',
        '--key-id',
        'alias/cli',
        '--plaintext',
        `fileb://${file('plain')}`,
      )) as {
        CiphertextBlob: string;
      };
      writeFileSync(file('sealed'), Buffer.from(sealed.CiphertextBlob, 'base64'));
      const opened = (await aws(
        world,
        'kms',
        'decrypt',
        '--ciphertext-blob',
        `fileb://${file('sealed')}`,
      )) as { Plaintext: string };
      assert.equal(
        Buffer.from(opened.Plaintext, 'base64').toString(),
        readFileSync(file('plain'), 'utf8'),
      );
    });
  },
);

describe(
  'boto3',
  { skip: !isInstalled('python3', '-c', 'import boto3') && 'needs python3 with boto3' },
  () => {
    it('encrypts, decrypts and presigns a URL with the credential files only', async () => {
      await using world = await startWorld();
      const script = `
import boto3, urllib.request
kms = boto3.client('kms')
key = kms.create_key(Description='boto')['KeyMetadata']['KeyId']
blob = kms.encrypt(KeyId=key, Plaintext=b'hi', EncryptionContext={'a': 'b'})['CiphertextBlob']
print(kms.decrypt(CiphertextBlob=blob, EncryptionContext={'a': 'b'})['Plaintext'].decode(), boto3.client('sts').get_caller_identity()['Account'])
# A presigned GetCallerIdentity URL lets another party verify the caller's identity.
url = boto3.client('sts').generate_presigned_url('get_caller_identity', HttpMethod='GET')
print('<Account>111122223333</Account>' in urllib.request.urlopen(url).read().decode())
`;
      const { stdout, stderr } = await run('python3', ['-c', script], filesOnly(world));
      assert.equal(stdout.trim(), 'hi 111122223333\nTrue', stderr);
    });
  },
);
