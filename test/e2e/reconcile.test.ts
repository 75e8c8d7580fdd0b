import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  DecryptCommand,
  DisconnectCustomKeyStoreCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { connectHsm, type HsmConnection } from '../../src/hsm/client/index.ts';
import type { LoginRole } from '../../src/hsm/wire/index.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import {
  ADMIN_PASSWORD,
  asAdmin,
  KMSUSER_PASSWORD,
  newKey,
  ownCluster,
  ownKeyStore,
  type OwnCluster,
} from '../support/own-cluster.ts';
import { statusOf } from '../support/status.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const AUDITOR_PASSWORD = 'auditor-password-1';
const Plaintext = Buffer.from('x');

interface Report {
  readonly keys: number;
  readonly agreed: number;
  readonly findings: readonly {
    readonly deed: string;
    readonly onlyIn: string;
    readonly keyHandle: string;
    readonly keyArn?: string;
    readonly what: string;
  }[];
}

describe('keyhold audit reconcile', () => {
  let world: World;
  let cluster: OwnCluster;
  let storeId: string;
  let key: string;

  before(async () => {
    world = await startWorld();
    cluster = await ownCluster(world);
    await cluster.hsm(
      [
        'user',
        'create',
        '--username',
        'carol',
        '--role',
        'auditor',
        '--password',
        AUDITOR_PASSWORD,
      ],
      asAdmin,
    );
    storeId = await ownKeyStore(world, cluster);
    await as('admin', 'admin', ADMIN_PASSWORD, (admin) =>
      admin.call('setAuditPolicy', { cryptography: true }),
    );
    const switched = Date.now();
    // KMS events have a resolution of one second. Key use is certain to be recorded from the next
    // second on.
    await until('the next second', async () => Date.now() > switched + 1_000);
    key = await newKey(world, storeId);
    const other = await newKey(world, storeId);
    const { CiphertextBlob } = await world.kms.send(new EncryptCommand({ KeyId: key, Plaintext }));
    await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    await world.kms.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: 'AES_256' }));
    await world.kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: other }));
    await assert.rejects(
      world.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { not: 'this' } })),
    );
  });
  after(() => world[Symbol.asyncDispose]());

  /** Runs a function with a session on the first HSM. */
  async function as<R>(
    username: string,
    role: LoginRole,
    password: string,
    work: (session: HsmConnection) => Promise<R>,
  ): Promise<R> {
    const [hsm] = (await statusOf(world)).Clusters.flatMap(({ Hsms }) => Hsms);
    assert.ok(hsm);
    const address = { hsmId: hsm.HsmId, host: hsm.EniIp, port: hsm.EniPort };
    const connection = await connectHsm(address, { trustAnchor: cluster.ca.certificate });
    try {
      await connection.call('login', { username, role, password });
      return await work(connection);
    } finally {
      connection.close();
    }
  }

  async function reconcile(
    ...options: string[]
  ): Promise<Report & { readonly code: number | null }> {
    const env = {
      ...world.environment(),
      CLOUDHSM_ROLE: 'auditor',
      CLOUDHSM_PIN: `carol:${AUDITOR_PASSWORD}`,
    };
    const live = [
      '--data',
      world.data,
      '--cluster-id',
      cluster.clusterId,
      '--ca-file',
      cluster.caFile,
    ];
    const { code, stdout, stderr } = await keyhold(
      ['audit', 'reconcile', '--json', ...(options.length > 0 ? options : live)],
      env,
    );
    assert.equal(stderr, '');
    return { ...(JSON.parse(stdout) as Report), code };
  }

  /** Disconnects KMS and logs in as kmsuser with a password that KMS does not know. */
  async function becomeKmsuser<R>(work: (session: HsmConnection) => Promise<R>): Promise<R> {
    await world.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: storeId }));
    const login = [
      '--username',
      'kmsuser',
      '--role',
      'crypto-user',
      '--password',
      KMSUSER_PASSWORD,
    ];
    await cluster.hsm(['user', 'change-password', ...login], asAdmin);
    return as('kmsuser', 'crypto-user', KMSUSER_PASSWORD, work);
  }

  it('reports no findings if all keys were used through KMS', async () => {
    const { code, findings, keys, agreed } = await reconcile();
    assert.deepEqual(findings, []);
    assert.equal(code, 0);
    assert.equal(keys, 2);
    // Two creations, one encryption, two decryptions, one data key, and one re-encryption, which
    // uses two keys.
    assert.equal(agreed, 8);
  });

  it('reports a KMS event that is missing from exported HSM logs', async () => {
    const log = join(world.folder, 'audit.ndjson');
    const lines = (await exported()).filter((line) => !line.includes('"detail":"encryptRandom"'));
    writeFileSync(log, lines.join('\n'));
    const { code, findings } = await reconcile('--data', world.data, '--hsm-log', log);
    assert.deepEqual(
      findings.map(({ deed, onlyIn, what, keyArn }) => [deed, onlyIn, what, keyArn]),
      [['used', 'kms', 'GenerateDataKey', key]],
    );
    assert.equal(code, 1);
  });

  it('reports a key use that was removed from the audit trail', async () => {
    const data = join(world.folder, 'cut');
    cpSync(join(world.data, 'audit'), join(data, 'audit'), { recursive: true });
    const trail = join(data, 'audit', 'trail.ndjson');
    const lines = readFileSync(trail, 'utf8').split('\n');
    writeFileSync(
      trail,
      lines.filter((line) => !line.includes('"eventName":"GenerateDataKey"')).join('\n'),
    );
    const log = join(world.folder, 'whole.ndjson');
    writeFileSync(log, (await exported()).join('\n'));
    const { findings } = await reconcile('--data', data, '--hsm-log', log);
    assert.deepEqual(
      findings.map(({ deed, onlyIn, what, keyArn }) => [deed, onlyIn, what, keyArn]),
      [['used', 'hsm', 'KH_USE_KEY (encryptRandom)', key]],
    );
  });

  it('reports keys that were created, used and deleted without KMS', async () => {
    const handle = await becomeKmsuser(async (session) => {
      const { keys } = await session.call('findKeys', {
        filter: { attributes: { label: key } },
        limit: 1,
      });
      const mine = keys[0]?.handle ?? '';
      await session.call('encrypt', { key: mine, plaintext: Plaintext, aad: Plaintext });
      await session.call('generateKey', {
        keyType: 'aes',
        length: 32,
        template: { label: 'made without KMS' },
      });
      await session.call('destroyKey', { handle: mine });
      return mine;
    });
    const { code, findings } = await reconcile();
    assert.equal(code, 1);
    assert.deepEqual(
      findings.map(({ deed, onlyIn, keyHandle, what }) => [
        deed,
        onlyIn,
        keyHandle === handle,
        what,
      ]),
      [
        ['used', 'hsm', true, 'KH_USE_KEY (encrypt)'],
        ['made', 'hsm', false, 'CN_GENERATE_KEY'],
        ['deleted', 'hsm', true, 'CN_TOMBSTONE_OBJECT'],
      ],
    );
  });

  async function exported(): Promise<string[]> {
    const env = {
      ...world.environment(),
      CLOUDHSM_ROLE: 'auditor',
      CLOUDHSM_PIN: `carol:${AUDITOR_PASSWORD}`,
    };
    const { code, stdout, stderr } = await keyhold(
      ['hsm', 'audit', 'export', '--cluster-id', cluster.clusterId, '--ca-file', cluster.caFile],
      env,
    );
    assert.equal(code, 0, stderr);
    return stdout.split('\n');
  }
});
