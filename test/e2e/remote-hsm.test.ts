import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DeleteHsmCommand } from '@aws-sdk/client-cloudhsm-v2';
import { keyhold } from '../support/keyhold-cli.ts';
import { addHsm, untilCluster } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { startTwoHsmKeyStore, type TwoHsmKeyStore } from '../faults/two-hsm-key-store.ts';

const ENTRY = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
const ADDRESS = process.platform === 'linux' ? '127.0.0.9' : '127.0.0.1';

describe('an HSM on another host', () => {
  let world: World;
  let fixture: TwoHsmKeyStore;
  let host: ChildProcess;
  let token: string;

  before(async () => {
    world = await startWorld(['--hsm-hosts', '127.0.0.1:0']);
    const enrolled = await keyhold(
      ['hsm', 'enrol', '--zone', `${world.region}b`, '--data', world.data],
      world.environment(),
    );
    assert.equal(enrolled.code, 0, enrolled.stderr);
    token = enrolled.stdout.trim();
    host = await serve('--token', token);
    fixture = await startTwoHsmKeyStore(world);
  });
  after(async () => {
    await end('SIGTERM');
    await world?.[Symbol.asyncDispose]();
  });

  /** Runs `keyhold hsm serve` as on another host. Resolves when it is connected. */
  async function serve(...options: string[]): Promise<ChildProcess> {
    const args = [
      'hsm',
      'serve',
      '--data',
      join(world.folder, 'host'),
      '--listen',
      `${ADDRESS}:0`,
      ...options,
    ];
    const child = spawn(process.execPath, [ENTRY, ...args], {
      stdio: ['ignore', 'inherit', 'pipe'],
      env: world.environment(),
    });
    connections = 0;
    child.stderr.on(
      'data',
      (chunk: Buffer) =>
        (connections += chunk.toString().split('connected to the control plane').length - 1),
    );
    await connected(1);
    return child;
  }

  /** Number of connections that the host has made since `serve`. */
  let connections = 0;
  const connected = (times: number): Promise<boolean> =>
    until('the host is connected', async () => connections >= times);

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!host || host.exitCode !== null || host.signalCode !== null) return;
    const gone = once(host, 'exit');
    host.kill(signal);
    await gone;
  }

  const hsmOn = async (address: string) =>
    ((await fixture.cluster.describe()).Hsms ?? []).find(({ EniIp }) => EniIp === address);

  it('is used for its Availability Zone, and its cluster’s keys work', async () => {
    assert.equal((await hsmOn(ADDRESS))?.AvailabilityZone, `${world.region}b`);
    assert.deepEqual(readdirSync(join(world.folder, 'host', 'hsms')), [
      (await hsmOn(ADDRESS))?.HsmId,
    ]);
    await fixture.addKey();
    await fixture.useAllKeys();
  });

  it('recovers after its host stops or is killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await end(signal);
      await fixture.useAllKeys();
      await fixture.untilNewKeysAreRejected();
      host = await serve();
      await fixture.untilRecovered();
    }
  });

  it('reconnects after the control plane is killed', async () => {
    await world.kill();
    await world.start();
    await fixture.untilRecovered();
  });

  it('cannot be enrolled with a token that was used before', async () => {
    const outcome = await keyhold(
      [
        'hsm',
        'serve',
        '--data',
        join(world.folder, 'second-host'),
        '--listen',
        `${ADDRESS}:0`,
        '--token',
        token,
      ],
      world.environment(),
    );
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /used or expired/);
  });

  it('leaves no data when it is deleted, and its host can run another HSM', async () => {
    const { clusterId } = fixture.cluster;
    const before = connections;
    await world.cloudhsm.send(new DeleteHsmCommand({ ClusterId: clusterId, EniIp: ADDRESS }));
    await untilCluster(
      world,
      clusterId,
      'the HSM is deleted',
      ({ Hsms }) => (Hsms ?? []).length === 1,
    );
    assert.deepEqual(readdirSync(join(world.folder, 'host', 'hsms')), []);
    await connected(before + 1);
    await addHsm(world, clusterId, 'b');
    assert.ok(await hsmOn(ADDRESS));
    await fixture.untilRecovered();
  });
});
