import assert from 'node:assert/strict';
import { it } from 'node:test';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { startWorld } from '../support/world.ts';
import { sceneIn } from './trouble.ts';

it(
  'a frozen HSM costs its callers a short wait, is reported, and is started anew',
  { skip: needsProc },
  async () => {
    await using world = await startWorld();
    const scene = await sceneIn(world);
    const [frozen = ''] = scene.hsmIds;
    const pid = pidOf(frozen);
    process.kill(pid, 'SIGSTOP');
    await scene.use();
    await scene.untilNewKeysAreRefused();
    assert.match(await scene.untilReported(frozen), /answer/);
    await scene.use();
    // Nobody thaws it: the control plane ends it and starts another process in its folder.
    await scene.recovered();
    assert.notEqual(pidOf(frozen), pid);
  },
);
