/** The `openssl` of the machine, to hear of a third party whether what Keyhold made is right. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = spawnSync('openssl', ['version'], { encoding: 'utf8' });

/** For a test's `skip`: the reason, if there is no openssl of version 3 or later. */
export const withoutOpenssl: string | false = /^OpenSSL [3-9]/.test(version.stdout ?? '')
  ? false
  : 'needs the openssl command, version 3';

/** Runs openssl with files that exist while it runs: `@name` in `args` stands for the path of the file of that name. */
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
