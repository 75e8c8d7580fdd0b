import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { keyhold, run } from '../support/keyhold-cli.ts';
import { auditEvents, startWorld, type World } from '../support/world.ts';

/** An application that is configured by its environment only. */
const APPLICATION = `
  const { KMSClient, CreateKeyCommand, EncryptCommand } = await import('@aws-sdk/client-kms');
  const kms = new KMSClient({ maxAttempts: 1 });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: KeyMetadata.KeyId, Plaintext: Buffer.from('x') }));
  console.log(CiphertextBlob.length > 0 ? 'encrypted' : 'nothing');`;

const noCli = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status !== 0;

describe('keyhold up --tls', () => {
  let world: World;
  before(async () => {
    world = await startWorld(['--tls']);
  });
  after(() => world?.[Symbol.asyncDispose]());

  async function printedEnvironment(): Promise<NodeJS.ProcessEnv> {
    const { stdout } = await keyhold(['env', '--data', world.data], {});
    return {
      PATH: process.env['PATH'],
      HOME: world.folder,
      ...Object.fromEntries(
        Array.from(stdout.matchAll(/^export (\w+)=(.*)$/gm), ([, name = '', value]) => [
          name,
          value,
        ]),
      ),
    };
  }

  it('prints its CA file, and an SDK in the environment of keyhold env trusts it', async () => {
    assert.match(world.server.output(), /CA for clients: +\S+\/tls\/ca\.pem/);
    const env = await printedEnvironment();
    assert.match(env['AWS_ENDPOINT_URL'] ?? '', /^https:\/\/127\.0\.0\.1:\d+$/);
    const { stdout, stderr } = await run(
      process.execPath,
      ['--input-type=module', '-e', APPLICATION],
      env,
    );
    assert.equal(stdout, 'encrypted\n', stderr);
    const { tlsDetails } =
      auditEvents(world.data).findLast(({ eventName }) => eventName === 'Encrypt') ?? {};
    const { host } = new URL(env['AWS_ENDPOINT_URL'] ?? '');
    assert.deepEqual(tlsDetails, {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_256_GCM_SHA384',
      clientProvidedHostHeader: host,
    });
    const { NODE_EXTRA_CA_CERTS: _, ...withoutCa } = env;
    const refused = await run(
      process.execPath,
      ['--input-type=module', '-e', APPLICATION],
      withoutCa,
    );
    assert.match(refused.stderr, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
  });

  it(
    'is trusted by the AWS CLI in the same way',
    { skip: noCli && 'needs the AWS CLI' },
    async () => {
      const { code, stderr } = await run('aws', ['kms', 'list-keys', '--output', 'json'], {
        ...(await printedEnvironment()),
        HOME: process.env['HOME'],
        AWS_PAGER: '',
      });
      assert.equal(code, 0, stderr);
    },
  );

  it('serves keyhold status', async () => {
    const { stdout, stderr } = await keyhold(['status', '--json'], { KEYHOLD_DATA: world.data });
    assert.match(stdout, /"Endpoint": *"https:/, stderr);
  });
});

describe('keyhold up', () => {
  const data = mkdtempSync(join(tmpdir(), 'keyhold-test-'));
  after(() => rmSync(data, { recursive: true }));
  const refusal = async (...options: string[]): Promise<string> => {
    const { code, stderr } = await keyhold(['up', '--port', '0', '--data', data, ...options], {});
    assert.equal(code, 1);
    return stderr;
  };

  it('rejects plain HTTP on a public address without an explicit option', async () => {
    assert.match(await refusal('--host', '0.0.0.0'), /add --tls, or --insecure-listen/);
  });

  it('reports a missing or unreadable certificate file', async () => {
    assert.match(await refusal('--tls-certificate', 'x.pem'), /go together/);
    assert.match(
      await refusal('--tls-certificate', 'x.pem', '--tls-key', 'x.key'),
      /cannot read x\.pem/,
    );
  });
});
