import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { run, type Outcome } from '../support/keyhold-cli.ts';
import { startWorld, type World } from '../support/world.ts';

const missing = ['aws', 'openssl', 'bash'].filter((program) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error);

/** All that a reader of the document would paste, in order. */
function pasted(document: string): string {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  return Array.from(text.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block).join('\n');
}

/** A folder that looks like a clone with a Keyhold that `npm start` started in it. */
function cloneOf(world: World): string {
  const clone = join(world.folder, 'clone');
  mkdirSync(join(clone, 'bin'), { recursive: true });
  const entry = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
  writeFileSync(join(clone, 'bin', 'keyhold'), `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`, { mode: 0o755 });
  symlinkSync(world.data, join(clone, '.keyhold'));
  return clone;
}

describe('what a document says to paste does what it says', { skip: missing.length > 0 && `needs ${missing.join(' and ')}` }, () => {
  let world: World;
  let clone: string;
  before(async () => {
    world = await startWorld();
    clone = cloneOf(world);
  });
  after(() => world[Symbol.asyncDispose]());

  /** In one shell after the other, as in one terminal: with the variables and functions of what was pasted before. */
  async function paste(document: string): Promise<Outcome> {
    const script = `cd '${clone}'; if [ -e .shell ]; then . ./.shell; fi\nset -e\n${pasted(document)}\n(set +e; export -p; declare -p; declare -f) | grep -v '^declare -[a-z]*r' > .shell`;
    const outcome = await run('bash', ['-c', script], { PATH: process.env['PATH'], HOME: world.folder, AWS_PAGER: '' });
    assert.equal(outcome.code, 0, outcome.stderr);
    return outcome;
  }

  it('README.md', async () => {
    const { stdout, stderr } = await paste('README.md');
    assert.match(stdout, /^hello/m);
    assert.match(stdout, /as it should be/);
    assert.match(stderr, /KMSInvalidStateException/);
    assert.match(stdout, /"matched_keys"/);
    assert.match(stdout, /my-hsms +us-east-1 +CONNECTED/);
    assert.match(readFileSync(join(clone, 'audit.ndjson'), 'utf8'), /CN_GENERATE_KEY/);
  });

  it('docs/operations.md', async () => {
    const { stdout } = await paste('docs/operations.md');
    assert.match(stdout, /^hello/m);
  });

  it('docs/keys.md', async () => {
    const { stdout } = await paste('docs/keys.md');
    assert.match(stdout, /^Verified OK$/m);
    assert.match(stdout, /^an order$/m);
    assert.match(stdout, /^"Enabled"$/m);
    assert.equal(stdout.match(/"KeyMaterialId"/g)?.length, 2);
  });
});
