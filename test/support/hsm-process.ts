import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reason to skip a test that finds HSM processes in /proc, false on Linux. */
export const needsProc = process.platform !== 'linux' && 'reads /proc';

/** Returns the process ID of an HSM. Finds it by the HSM ID on its command line. */
export function pidOf(hsmId: string): number {
  const pid = readdirSync('/proc').find(
    (name) => /^\d+$/.test(name) && argumentsOf(name).includes(hsmId),
  );
  assert.ok(pid !== undefined, `a process runs HSM ${hsmId}`);
  return Number(pid);
}

/** Returns the process IDs of a process's children. */
export function childrenOf(parent: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === parent)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    const [, rest = ''] = readFileSync(join('/proc', pid, 'stat'), 'utf8').split(') ');
    return Number(rest.split(' ')[1]);
  } catch {
    return undefined;
  }
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0');
  } catch {
    return [];
  }
}
