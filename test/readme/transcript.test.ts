import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { run } from '../support/keyhold-cli.ts';
import { startWorld } from '../support/world.ts';
import { README } from './operations-table.ts';

const missing = ['aws', 'openssl', 'bash'].filter((program) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error);

/** All that a reader would paste, in order. */
function pasted(): string {
  return Array.from(readFileSync(README, 'utf8').matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block).join('\n');
}

it('what the README says to paste does what it says', { skip: missing.length > 0 && `needs ${missing.join(' and ')}` }, async () => {
  await using world = await startWorld();
  // A folder that looks like a clone with a Keyhold that `npm start` started in it.
  const clone = join(world.folder, 'clone');
  mkdirSync(join(clone, 'bin'), { recursive: true });
  const entry = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
  writeFileSync(join(clone, 'bin', 'keyhold'), `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`, { mode: 0o755 });
  symlinkSync(world.data, join(clone, '.keyhold'));
  const environment = { PATH: process.env['PATH'], HOME: world.folder, AWS_PAGER: '' };
  const { code, stdout, stderr } = await run('bash', ['-c', `set -e; cd '${clone}'\n${pasted()}`], environment);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^hello/m);
  assert.match(stdout, /as it should be/);
  assert.match(stderr, /KMSInvalidStateException/);
  assert.match(stdout, /"matched_keys"/);
  assert.match(stdout, /my-hsms +us-east-1 +CONNECTED/);
  assert.match(readFileSync(join(clone, 'audit.ndjson'), 'utf8'), /CN_GENERATE_KEY/);
});
