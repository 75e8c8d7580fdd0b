/** A program for `disk.test.ts`: the disk of one HSM fills up and is freed again. Fails with a non-zero exit code. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untilStore } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';
import { sceneIn } from './trouble.ts';

await using world = await startWorld();
const scene = await sceneIn(world);
const [crowded = ''] = scene.hsmIds;
const folder = join(world.data, 'hsms', crowded);
const filler = join(folder, 'filler');

/** The HSM's folder on a small disk of its own. */
async function moveToSmallDisk(): Promise<void> {
  await world.stop();
  const copy = join(world.folder, 'copy');
  cpSync(folder, copy, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', folder]);
  cpSync(copy, folder, { recursive: true });
  await world.start();
  await untilStore(world, scene.storeId, 'CONNECTED');
  await scene.recovered();
}

await moveToSmallDisk();
try {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  await scene.use();
  await scene.untilNewKeysAreRefused();
  assert.match(await scene.untilReported(crowded), /can not write to its disk: it is full/);
  await scene.use();
  rmSync(filler);
  await scene.recovered();
} finally {
  await world.stop();
  execFileSync('umount', [folder]);
}
