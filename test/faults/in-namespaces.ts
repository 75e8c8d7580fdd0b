import { spawnSync } from 'node:child_process';
import { run, type Outcome } from '../support/keyhold-cli.ts';

/** Options for private network and mount namespaces, with root's rights in them (`-r`). */
const UNSHARE = ['-r', '-m', '-n'];

/**
 * Returns the reason to skip a test if the machine does not allow unprivileged namespaces, false
 * otherwise.
 */
export function namespacesUnavailable(): string | false {
  const setUp =
    'ip link set lo up && ip route add blackhole 127.200.0.1/32 table local && mount -t tmpfs -o size=1m tmpfs /mnt';
  const { status } = spawnSync('unshare', [...UNSHARE, 'sh', '-c', setUp], { stdio: 'ignore' });
  return status !== 0 && 'needs network and mount namespaces (unshare, ip, mount)';
}

/** Runs a program from this folder in its own network and mount namespaces. */
export function runInNamespaces(fileName: string): Promise<Outcome> {
  const program = new URL(fileName, import.meta.url).pathname;
  const start = 'ip link set lo up && exec "$0" "$1"';
  return run('unshare', [
    ...UNSHARE,
    '--kill-child',
    '--fork',
    'sh',
    '-c',
    start,
    process.execPath,
    program,
  ]);
}
