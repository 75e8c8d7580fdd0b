/**
 * Program that `disk.test.ts` runs: a key store is connected while no HSM can write. Exits with a
 * non-zero code on failure.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectCustomKeyStoreCommand, DisconnectCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { untilStore } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';
import { startTwoHsmKeyStore } from './two-hsm-key-store.ts';

await using world = await startWorld();
await world.stop();
const folder = join(world.data, 'hsms');
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'tmpfs', folder]);
try {
  await world.start();
  const fixture = await startTwoHsmKeyStore(world);
  const store = { CustomKeyStoreId: fixture.storeId };
  await world.kms.send(new DisconnectCustomKeyStoreCommand(store));
  await untilStore(world, fixture.storeId, 'DISCONNECTED');

  const filler = join(folder, 'filler');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  await world.kms.send(new ConnectCustomKeyStoreCommand(store));
  assert.equal(await untilStore(world, fixture.storeId, 'FAILED'), 'INTERNAL_ERROR');

  rmSync(filler);
  await world.kms.send(new DisconnectCustomKeyStoreCommand(store));
  await untilStore(world, fixture.storeId, 'DISCONNECTED');
  await world.kms.send(new ConnectCustomKeyStoreCommand(store));
  await untilStore(world, fixture.storeId, 'CONNECTED');
  await fixture.untilRecovered();
} finally {
  await world.stop();
  execFileSync('umount', [folder]);
}
