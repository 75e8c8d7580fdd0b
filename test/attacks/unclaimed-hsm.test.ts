/** Attacker: reaches the port of an HSM that belongs to no cluster yet. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isKmsError } from '../../src/domain/index.ts';
import { connectHsm, type HsmConnection } from '../../src/hsm/client/index.ts';
import {
  activeCluster,
  clusterWorld,
  newCluster,
  newHsm,
  scope,
  untilState,
} from '../support/cluster-world.ts';
import { refusedAs } from '../support/hsm/hsm-world.ts';

const world = await clusterWorld();
after(() => world[Symbol.asyncDispose]());
const bytes = Buffer.alloc(12 * 1024);

async function unclaimed(): Promise<{ readonly clusterId: string; connection: HsmConnection }> {
  const clusterId = await newCluster(world);
  await untilState(world, clusterId, 'UNINITIALIZED');
  const { hsmId, eniIp: host, port } = await newHsm(world, clusterId, 'a');
  const address = { hsmId, host, port };
  const peek = await connectHsm(address, { trustAnchor: undefined });
  peek.close();
  return {
    clusterId,
    connection: await connectHsm(address, { trustAnchor: peek.clusterCertificate }),
  };
}

test('nobody uploads or restores a backup without a permit for this HSM', async () => {
  const mine = await unclaimed();
  const other = await unclaimed();
  const { token: permit } = await world.control.authorizeRestore(scope, mine.clusterId, undefined);
  const { connection } = other;
  for (const attempt of [
    () => connection.call('writeBackup', { offset: 0, bytes }),
    () => connection.call('writeBackup', { offset: 0, bytes, permit: Buffer.alloc(32) }),
    () => connection.call('writeBackup', { offset: 0, bytes, permit }),
    () => connection.call('generateRestoreToken', {}),
    () => connection.call('restoreBackup', { shares: [] }),
    () => connection.call('restoreBackup', { shares: [], permit }),
  ])
    await assert.rejects(attempt, refusedAs('not-permitted', /keyhold:AuthorizeRestore/));
  await mine.connection.call('writeBackup', { offset: 0, bytes, permit });
  await mine.connection.call('generateRestoreToken', { permit });
  mine.connection.close();
  connection.close();
});

test('a permit is given only for an HSM that belongs to no cluster', async () => {
  const { clusterId } = await activeCluster(world);
  await assert.rejects(
    world.control.authorizeRestore(scope, clusterId, undefined),
    (error) => isKmsError(error) && error.code === 'CloudHsmInvalidRequestException',
  );
});
