import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startWorld, type World } from '../support/world.ts';
import { cloneOf, paste, skip } from './paste.ts';

describe('the commands to paste work in', { skip }, () => {
  let world: World;
  let clone: string;
  before(async () => {
    world = await startWorld();
    clone = cloneOf(world);
  });
  after(() => world[Symbol.asyncDispose]());

  it('README.md', async () => {
    const { stdout, stderr } = await paste(world, clone, 'README.md');
    assert.match(stdout, /^hello/m);
    assert.match(stdout, /as it should be/);
    assert.match(stderr, /KMSInvalidStateException/);
    assert.match(stdout, /"matched_keys"/);
    assert.match(stdout, /my-hsms +us-east-1 +CONNECTED/);
    assert.match(readFileSync(join(clone, 'audit.ndjson'), 'utf8'), /CN_GENERATE_KEY/);
  });

  it('docs/operations.md', async () => {
    const { stdout } = await paste(world, clone, 'docs/operations.md');
    assert.match(stdout, /^hello/m);
    assert.match(stdout, /^KMS is locked out/m);
  });
});
