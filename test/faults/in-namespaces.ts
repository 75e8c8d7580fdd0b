import { spawnSync } from 'node:child_process';
import { run, type Outcome } from '../support/keyhold-cli.ts';

/** A network and mounts of one's own; root's rights in them for everybody (`-r`). */
const UNSHARE = ['-r', '-m', '-n'];

/** The reason to skip, where the machine doesn't let its users have namespaces. */
export function namespacesMissing(): string | false {
  const setUp =
    'ip link set lo up && ip route add blackhole 127.200.0.1/32 table local && mount -t tmpfs -o size=1m tmpfs /mnt';
  const { status } = spawnSync('unshare', [...UNSHARE, 'sh', '-c', setUp], { stdio: 'ignore' });
  return status !== 0 && 'needs network and mount namespaces (unshare, ip, mount)';
}

/** Plays a scene, a program beside this file, with a network and mounts that nobody else sees. */
export function playInNamespaces(scene: string): Promise<Outcome> {
  const program = new URL(scene, import.meta.url).pathname;
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
