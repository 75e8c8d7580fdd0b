import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openDataFolder, StartError } from './data-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'keyhold-folder-'));
after(() => rmSync(root, { recursive: true }));

describe('a data folder', () => {
  it('is created for its owner only', () => {
    using folder = openDataFolder(join(root, 'a', 'b'));
    assert.equal(statSync(folder.path).mode & 0o777, 0o700);
  });

  it('is used by one process at a time', () => {
    const path = join(root, 'one');
    const first = openDataFolder(path);
    assert.throws(
      () => openDataFolder(path),
      (error) =>
        error instanceof StartError &&
        error.message.includes('already') &&
        error.message.includes(path),
    );
    first[Symbol.dispose]();
    openDataFolder(path)[Symbol.dispose]();
  });

  it('is free again as soon as its process is killed', async () => {
    const path = join(root, 'killed');
    const code = `const { openDataFolder } = await import(${JSON.stringify(new URL('data-folder.ts', import.meta.url).href)});
      globalThis.folder = openDataFolder(${JSON.stringify(path)}); console.log('taken'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    assert.throws(() => openDataFolder(path), StartError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    openDataFolder(path)[Symbol.dispose]();
  });
});
