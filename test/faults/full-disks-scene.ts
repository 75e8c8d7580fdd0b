/** A program for `disk.test.ts`: a store is connected while no HSM can write. Fails with a non-zero exit code. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectCustomKeyStoreCommand, DisconnectCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { untilStore } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';
import { sceneIn } from './trouble.ts';

await using world = await startWorld();
await world.stop();
const folder = join(world.data, 'hsms');
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'tmpfs', folder]);
try {
  await world.start();
  const scene = await sceneIn(world);
  const store = { CustomKeyStoreId: scene.storeId };
  await world.kms.send(new DisconnectCustomKeyStoreCommand(store));
  await untilStore(world, scene.storeId, 'DISCONNECTED');

  const filler = join(folder, 'filler');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  await world.kms.send(new ConnectCustomKeyStoreCommand(store));
  assert.equal(await untilStore(world, scene.storeId, 'FAILED'), 'INTERNAL_ERROR');

  rmSync(filler);
  await world.kms.send(new DisconnectCustomKeyStoreCommand(store));
  await untilStore(world, scene.storeId, 'DISCONNECTED');
  await world.kms.send(new ConnectCustomKeyStoreCommand(store));
  await untilStore(world, scene.storeId, 'CONNECTED');
  await scene.recovered();
} finally {
  await world.stop();
  execFileSync('umount', [folder]);
}
