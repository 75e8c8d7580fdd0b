import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { accessInFolder, type ApiAccess } from '../access.ts';
import { CliError, type Env } from '../io.ts';

export interface TemporaryServer extends AsyncDisposable {
  readonly access: ApiAccess;
}

/**
 * Runs `keyhold up` for the demo, on a free port. Its data is in a temporary folder, which is
 * removed on disposal.
 */
export async function startTemporaryServer(program: string, env: Env): Promise<TemporaryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-demo-'));
  const child = spawn(process.execPath, [program, 'up', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...env },
  });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('Keyhold is ready at '))
      return { access: accessInFolder(folder), [Symbol.asyncDispose]: close };
  }
  await close();
  throw new CliError('the temporary server failed to start; run `keyhold up` to see the error');
}
