import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { keyhold } from '../support/keyhold-cli.ts';
import { startWorld } from '../support/world.ts';

const TMPDIR = mkdtempSync(join(tmpdir(), 'keyhold-test-'));
after(() => rmSync(TMPDIR, { recursive: true }));

describe('keyhold demo', () => {
  it('runs the six steps on a temporary installation, shows the key in KMS and in the HSMs, and cleans up', async () => {
    const { code, stdout, stderr } = await keyhold(['demo'], { PATH: process.env['PATH'], TMPDIR });
    assert.equal(code, 0, stderr);
    for (let step = 1; step <= 6; step += 1)
      assert.match(stdout, new RegExp(`^${step}\\. .+\\n +\\S.+ \\[\\d+\\.\\d\\d s\\]$`, 'm'));
    const arn = /^ {2}Arn +(arn:aws:kms:\S+)$/m.exec(stdout)?.[1];
    assert.ok(
      arn !== undefined && stdout.includes(`label                  ${arn}`),
      "the HSMs' key has KMS's ARN as its label",
    );
    assert.match(stdout, /^ {2}extractable +false$/m);
    assert.match(stdout, /^ {2}coverage +2 of 2 HSMs$/m);
    assert.match(stdout, /What you saw/);
    assert.deepEqual(readdirSync(TMPDIR), []);
  });

  it('completes and cleans up when its output is closed early', async () => {
    const entry = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [entry, 'demo'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], TMPDIR },
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.deepEqual(readdirSync(TMPDIR), []);
  });

  it('runs the steps on the installation that the environment names, and lists what it leaves there', async () => {
    await using world = await startWorld();
    const { code, stdout, stderr } = await keyhold(['demo'], world.environment());
    assert.equal(code, 0, stderr);
    assert.match(stdout, /What is left on the server/);
    const { stdout: status } = await keyhold(['status'], world.environment());
    assert.match(status, /demo-\w+ +us-east-1 +CONNECTED/);
  });
});
