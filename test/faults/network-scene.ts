/** A program for `network.test.ts`: the network to one HSM is cut and comes back. Fails with a non-zero exit code. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { startWorld } from '../support/world.ts';
import { sceneIn } from './trouble.ts';

await using world = await startWorld();
const scene = await sceneIn(world);
const [cutOff = ''] = scene.hsmIds;
const address =
  ((await scene.cluster.describe()).Hsms ?? []).find(({ HsmId }) => HsmId === cutOff)?.EniIp ?? '';
const route = (verb: 'add' | 'del'): Buffer =>
  execFileSync('ip', ['route', verb, 'blackhole', `${address}/32`, 'table', 'local']);

route('add');
await scene.use();
await scene.untilNewKeysAreRefused();
assert.match(await scene.untilReported(cutOff), /answer/);
await scene.use();
route('del');
await scene.recovered();
