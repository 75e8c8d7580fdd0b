/**
 * Pastes the shell commands of a document into a folder that looks like a clone in which `npm
 * start` has run.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type Outcome } from '../support/keyhold-cli.ts';
import type { World } from '../support/world.ts';

const missing = ['aws', 'openssl', 'bash'].filter(
  (program) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error,
);
export const skip = missing.length > 0 && `needs ${missing.join(' and ')}`;

/** Returns the shell commands of a document, in order. */
function pasted(document: string): string {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  return Array.from(text.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block).join('\n');
}

/** Creates a folder that looks like a clone in which `npm start` has run. Returns its path. */
export function cloneOf(world: World): string {
  const clone = join(world.folder, 'clone');
  mkdirSync(join(clone, 'bin'), { recursive: true });
  const entry = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
  writeFileSync(
    join(clone, 'bin', 'keyhold'),
    `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`,
    { mode: 0o755 },
  );
  symlinkSync(world.data, join(clone, '.keyhold'));
  return clone;
}

/**
 * Runs the commands of a document in a new shell, with the variables and functions of earlier
 * calls, as in one terminal.
 */
export async function paste(world: World, clone: string, document: string): Promise<Outcome> {
  const script = `cd '${clone}'; if [ -e .shell ]; then . ./.shell; else eval "$(bin/keyhold env)"; fi\nset -e\n${pasted(document)}\n(set +e; export -p; declare -p; declare -f) | grep -v '^declare -[a-z]*r' > .shell`;
  const outcome = await run('bash', ['-c', script], {
    PATH: process.env['PATH'],
    HOME: world.folder,
    AWS_PAGER: '',
  });
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome;
}
