import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  CreateAliasCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
} from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { awsFiles } from '../support/aws-files.ts';
import { childrenOf } from '../support/hsm-process.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import { newKey } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { endServer, startServer, startWorld } from '../support/world.ts';

describe('keyhold up', () => {
  it('prints the next steps when it is ready, and writes credentials for the AWS CLI', async () => {
    await using world = await startWorld();
    assert.match(world.server.output(), /keyhold env/);
    assert.match(world.server.output(), /aws kms list-keys/);
    for (const file of ['credentials', 'config'])
      assert.equal(statSync(join(world.data, file)).mode & 0o777, 0o600);
    assert.equal(awsFiles(world.data).config['endpoint_url'], world.server.endpoint);
    const identity = await world.sts.send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Account, '111122223333');
    assert.equal(identity.Arn, 'arn:aws:iam::111122223333:user/admin');
  });

  it('uses the given account and Region', async () => {
    await using world = await startWorld(['--account', '444455556666', '--region', 'eu-central-1']);
    assert.equal(awsFiles(world.data).config['region'], 'eu-central-1');
    assert.equal((await world.sts.send(new GetCallerIdentityCommand({}))).Account, '444455556666');
  });

  it('keeps its credentials, keys and aliases across a restart', async () => {
    await using world = await startWorld();
    const KeyId = await newKey(world);
    await world.kms.send(new CreateAliasCommand({ AliasName: 'alias/kept', TargetKeyId: KeyId }));
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId: 'alias/kept', Plaintext: Buffer.from('kept') }),
    );
    const { credentials } = awsFiles(world.data);
    await world.stop();
    await world.start();
    assert.deepEqual(awsFiles(world.data).credentials, credentials);
    const opened = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.equal(Buffer.from(opened.Plaintext ?? []).toString(), 'kept');
    assert.equal(
      (await world.kms.send(new DescribeKeyCommand({ KeyId: 'alias/kept' }))).KeyMetadata?.Arn,
      KeyId,
    );
  });

  it('says at the start that the passphrase of its HSM is wrong or missing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyhold-test-'));
    try {
      const data = join(folder, 'data');
      const env = { ...process.env, KEYHOLD_HSM_PASSPHRASE: 'the right passphrase' };
      await endServer(await startServer(data, [], { env }), 'SIGTERM');
      for (const [passphrase, reason] of [
        ['a wrong passphrase', /another secret than the given passphrase; start it with/],
        [undefined, /no secret is given for this HSM's folder; start it with/],
      ] as const) {
        const { code, stderr } = await keyhold(['up', '--port', '0', '--data', data], {
          ...process.env,
          ...(passphrase !== undefined && { KEYHOLD_HSM_PASSPHRASE: passphrase }),
        });
        assert.equal(code, 1);
        assert.match(stderr, reason);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does not start on a data folder that is in use, and reports it', async () => {
    await using world = await startWorld();
    const second = await keyhold(['up', '--port', '0', '--data', world.data], world.environment());
    assert.notEqual(second.code, 0);
    assert.match(second.stderr, /already/);
    assert.ok(second.stderr.includes(world.data));
    await world.sts.send(new GetCallerIdentityCommand({}));
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(
      `stops cleanly on ${signal}, with all its processes`,
      { skip: process.platform !== 'linux' && 'reads /proc' },
      async () => {
        await using world = await startWorld();
        const parent = world.server.process.pid;
        const children = childrenOf(parent);
        assert.ok(children.length > 0, 'a managed HSM is running');
        world.server.process.kill(signal);
        assert.equal(await new Promise((resolve) => world.server.process.once('exit', resolve)), 0);
        await until('all processes have exited', async () =>
          children.every((pid) => !existsSync(`/proc/${pid}`)),
        );
      },
    );
  }

  const noNpm = spawnSync('npm', ['--version']).error && 'needs npm';
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(
      `stops cleanly when npm start gets ${signal}`,
      { skip: noNpm || (process.platform !== 'linux' && 'reads /proc') },
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'keyhold-test-'));
        const cwd = new URL('../..', import.meta.url).pathname;
        const npm = spawn('npm', ['start', '--', '--port', '0', '--data', folder], {
          cwd,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        await until('Keyhold is ready', async () => /^Keyhold is ready at http/m.test(output));
        const [server] = childrenOf(npm.pid);
        const processes = [server, ...childrenOf(server)];
        assert.equal(processes.length, 2, 'front end and managed HSM');
        npm.kill(signal);
        await once(npm, 'exit');
        await until('all processes have exited', async () =>
          processes.every((pid) => !existsSync(`/proc/${pid}`)),
        );
        rmSync(folder, { recursive: true });
      },
    );
  }

  it('prints the environment for a shell with `keyhold env`', async () => {
    await using world = await startWorld();
    const { stdout, code } = await keyhold(['env', '--data', world.data], {
      PATH: process.env['PATH'],
    });
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`export AWS_ENDPOINT_URL='?${world.server.endpoint}`));
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'])
      assert.match(stdout, new RegExp(`export ${name}=`));
  });

  it('answers on /healthz, /readyz and /metrics', async () => {
    await using world = await startWorld();
    const KeyId = await newKey(world);
    await world.kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    assert.equal((await fetch(`${world.server.endpoint}/healthz`)).status, 200);
    assert.equal((await fetch(`${world.server.endpoint}/readyz`)).status, 200);
    const metrics = await (await fetch(`${world.server.endpoint}/metrics`)).text();
    assert.match(metrics, /keyhold_requests_total\{[^}]*operation="Encrypt"[^}]*\} 1/);
    assert.match(metrics, /keyhold_request_seconds_bucket/);
    assert.match(metrics, /keyhold_hsm_operations_total/);
  });
});
