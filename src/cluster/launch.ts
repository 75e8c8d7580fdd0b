import { spawn, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HsmLocation } from '../hsm/wire/index.ts';
import type { LaunchHsm } from './hsm-child.ts';

/** Path of the HSM program: `.ts` in a clone of the repository, `.js` in a build. */
const program = fileURLToPath(new URL(`../bin/hsm${extname(import.meta.url)}`, import.meta.url));

/**
 * Limits the young generation to 2 MB. Commands leave only short-lived garbage, which a larger one
 * would merely collect later.
 */
const nodeOptions = ['--max-semi-space-size=2'];

/**
 * Starts the HSM program with the Node of this process. It gets its own process group, so that
 * Ctrl-C at the terminal reaches only the control plane, which then stops its HSMs in order. The ID
 * argument only identifies the process.
 */
export const launchHsm: LaunchHsm = (hsmId) =>
  spawn(process.execPath, [...nodeOptions, program, hsmId], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });

/**
 * Starts the HSM program on a host, which is not the control plane's machine. The host determines
 * the HSM's folder and address, and logs its output.
 */
export function launchHsmAt({ root, host, port }: HsmLocation): ChildProcess {
  const place = ['--root', root, '--host', host, '--port', String(port)];
  return spawn(process.execPath, [...nodeOptions, program, ...place], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    detached: true,
  });
}
