import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { DeleteHsmCommand } from '@aws-sdk/client-cloudhsm-v2';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { addHsm, untilCluster } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';
import { sceneIn } from './trouble.ts';

/** Overwrites all pages of a database but its first. */
function damage(path: string): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0x5a), 0, undefined, 4096);
  } finally {
    closeSync(file);
  }
}

it('an HSM whose files are damaged says so, and can be replaced by another without loss', { skip: needsProc }, async () => {
  await using world = await startWorld();
  const scene = await sceneIn(world);
  const { clusterId } = scene.cluster;
  const [damaged = ''] = scene.hsmIds;
  damage(join(world.data, 'hsms', damaged, 'hsm.sqlite'));
  process.kill(pidOf(damaged), 'SIGKILL');
  await scene.use();
  assert.match(await scene.untilReported(damaged), /will be started again|ECONNREFUSED/);
  await scene.untilNewKeysAreRefused();
  await scene.use();

  await world.cloudhsm.send(new DeleteHsmCommand({ ClusterId: clusterId, HsmId: damaged }));
  await untilCluster(world, clusterId, 'the damaged HSM is gone', ({ Hsms }) => (Hsms ?? []).length === 1);
  await addHsm(world, clusterId, 'a');
  await scene.recovered();
});
