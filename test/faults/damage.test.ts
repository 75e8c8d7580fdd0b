import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DeleteHsmCommand } from '@aws-sdk/client-cloudhsm-v2';
import { keyhold } from '../support/keyhold-cli.ts';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { addHsm, untilCluster } from '../support/own-cluster.ts';
import { statusOf } from '../support/status.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { sceneIn, type Scene } from './trouble.ts';

/** Overwrites a database from its second page on. */
function damage(path: string): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.alloc(statSync(path).size - 4_096, 0x5a), 0, undefined, 4_096);
  } finally {
    closeSync(file);
  }
}

/** Deletes the HSM and puts another in its place. */
async function replace({ world, cluster }: Scene, hsmId: string): Promise<void> {
  await world.cloudhsm.send(new DeleteHsmCommand({ ClusterId: cluster.clusterId, HsmId: hsmId }));
  await untilCluster(
    world,
    cluster.clusterId,
    'the damaged HSM is gone',
    ({ Hsms }) => (Hsms ?? []).length === 1,
  );
  await addHsm(world, cluster.clusterId, 'a');
}

/** Waits until it is reported with this reason. */
async function reportedAs(scene: Scene, hsmId: string, reason: string): Promise<void> {
  await until(`${hsmId}: ${reason}`, async () =>
    (await scene.untilReported(hsmId)).includes(reason),
  );
}

describe('damage', { skip: needsProc }, () => {
  let world: World;
  let scene: Scene;
  before(async () => {
    world = await startWorld();
    scene = await sceneIn(world);
  });
  after(() => world[Symbol.asyncDispose]());

  it('keeps an HSM from starting, which is reported everywhere, and the HSM can be replaced without loss', async () => {
    const [damaged = ''] = scene.hsmIds;
    // All is in the main file after a stop in order.
    await world.stop();
    damage(join(world.data, 'hsms', damaged, 'hsm.sqlite'));
    await world.start();
    await until('the other HSM answers', async () =>
      (await statusOf(world)).KeyStores.some(({ Hsms }) => Hsms.some(({ Healthy }) => Healthy)),
    );
    await reportedAs(scene, damaged, 'does not start');
    await scene.untilNewKeysAreRefused();
    await scene.use();
    const { stdout } = await keyhold(['status'], world.environment());
    assert.match(stdout, new RegExp(`^Trouble\\n.*\\n${damaged} +20\\d\\d-.*does not start`, 'm'));
    const metrics = await (await fetch(`${world.server.endpoint}/metrics`)).text();
    assert.match(
      metrics,
      new RegExp(
        `keyhold_hsm_degraded_since_seconds\\{.*hsm="${damaged}".*does not start.*\\} \\d+`,
      ),
    );
    assert.match(metrics, new RegExp(`keyhold_key_store_hsm_healthy\\{.*hsm="${damaged}"\\} 0`));
    await replace(scene, damaged);
    await scene.recovered();
  });

  it('that leaves an HSM with nothing is reported too, and such an HSM can be replaced as well', async () => {
    const emptied =
      ((await scene.cluster.describe()).Hsms ?? []).find(({ AvailabilityZone }) =>
        AvailabilityZone?.endsWith('a'),
      )?.HsmId ?? '';
    for (const file of ['hsm.sqlite', 'hsm.sqlite-wal'])
      truncateSync(join(world.data, 'hsms', emptied, file));
    process.kill(pidOf(emptied), 'SIGKILL');
    await scene.use();
    await reportedAs(scene, emptied, 'has lost what it held');
    await scene.untilNewKeysAreRefused();
    await replace(scene, emptied);
    await scene.recovered();
  });
});
