/**
 * Program that `disk.test.ts` runs: the disk of one HSM fills up and is freed again. Exits with a
 * non-zero code on failure.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilStore } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';
import { startTwoHsmKeyStore } from './two-hsm-key-store.ts';

await using world = await startWorld();
const fixture = await startTwoHsmKeyStore(world);
const [fullHsm = ''] = fixture.hsmIds;
const folder = join(world.data, 'hsms', fullHsm);
const filler = join(folder, 'filler');

/** Moves the HSM's folder to a small disk of its own. */
async function moveToSmallDisk(): Promise<void> {
  await world.stop();
  const copy = join(world.folder, 'copy');
  cpSync(folder, copy, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', folder]);
  cpSync(copy, folder, { recursive: true });
  await world.start();
  await untilStore(world, fixture.storeId, 'CONNECTED');
  await fixture.untilRecovered();
}

await moveToSmallDisk();
try {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  await fixture.useAllKeys();
  await fixture.untilNewKeysAreRejected();
  assert.match(await fixture.untilReported(fullHsm), /cannot write to its disk: it is full/);
  await fixture.useAllKeys();
  rmSync(filler);
  await fixture.untilRecovered();
} finally {
  await world.stop();
  execFileSync('umount', [folder]);
}
