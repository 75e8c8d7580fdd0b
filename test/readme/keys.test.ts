import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startWorld } from '../support/world.ts';
import { cloneOf, paste, skip } from './paste.ts';

it('the commands of docs/keys.md work when they are pasted', { skip }, async () => {
  await using world = await startWorld();
  const { stdout } = await paste(world, cloneOf(world), 'docs/keys.md');
  assert.match(stdout, /^Verified OK$/m);
  assert.match(stdout, /^an order$/m);
  assert.match(stdout, /^"Enabled"$/m);
  assert.equal(stdout.match(/"KeyMaterialId"/g)?.length, 2);
});
