import { spawn, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HsmLocation } from '../hsm/wire/index.ts';
import type { LaunchHsm } from './hsm-child.ts';

/** The HSM program beside this one: `.ts` in a clone, `.js` when built. */
const program = fileURLToPath(new URL(`../bin/hsm${extname(import.meta.url)}`, import.meta.url));

/** In megabytes. What a command leaves behind is garbage at once: with more room V8 only clears it away later. */
const nodeOptions = ['--max-semi-space-size=2'];

/**
 * Runs the HSM program on this same Node. In a process group of its own, so that Ctrl-C at the terminal reaches only the
 * control plane, which then stops its HSMs in order. The id is an argument only to tell processes apart.
 */
export const launchHsm: LaunchHsm = (hsmId) =>
  spawn(process.execPath, [...nodeOptions, program, hsmId], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });

/** The same on another machine than the control plane's, which has its own place for the HSM and its own log. */
export function launchHsmAt({ root, host, port }: HsmLocation): ChildProcess {
  const place = ['--root', root, '--host', host, '--port', String(port)];
  return spawn(process.execPath, [...nodeOptions, program, ...place], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    detached: true,
  });
}
