/**
 * Runs the machine's `openssl`, to check Keyhold's results against an independent implementation.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = spawnSync('openssl', ['version'], { encoding: 'utf8' });

/** Reason to skip a test if openssl 3 or later is missing, false otherwise. */
export const withoutOpenssl: string | false = /^OpenSSL [3-9]/.test(version.stdout ?? '')
  ? false
  : 'needs the openssl command, version 3';

/**
 * Runs openssl with temporary files. `@name` in `args` is replaced by the path of the file with
 * that name.
 */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, Uint8Array>> = {},
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-openssl-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const paths = args.map((argument) =>
      argument.replaceAll(/@(\w+)/g, (_whole, name: string) => join(folder, name)),
    );
    const { status, stdout, stderr } = spawnSync('openssl', paths, { maxBuffer: 1 << 20 });
    if (status !== 0)
      throw new Error(
        `openssl ${args.join(' ')}: ${stdout.toString('utf8')}${stderr.toString('utf8')}`,
      );
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
