import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Clock ticks per second, as /proc counts them. */
const TICKS = 100;

/** A process of the Keyhold under test. */
export interface Watched {
  readonly name: 'front end' | 'HSM' | 'server';
  readonly pid: number;
}

/** The front end and the HSMs that it started; empty where there is no /proc. */
export function processesOf(frontEnd: number): Watched[] {
  return pids().flatMap((pid): Watched[] => {
    if (pid === frontEnd) return [{ name: 'front end', pid }];
    return statusOf(pid).includes(`\nPPid:\t${frontEnd}\n`) ? [{ name: 'HSM', pid }] : [];
  });
}

/** Resident memory, in MB. */
export function memoryOf({ pid }: Watched): number {
  return Number(/VmRSS:\s+(\d+)/.exec(statusOf(pid))?.[1] ?? 0) / 1_024;
}

/** Seconds of processor time that a process has used, in user and kernel mode; undefined where there is no /proc. */
export function processorTime(pid: number): number | undefined {
  // The name of the program, in brackets, may hold anything; the 14th and 15th fields are user and system time.
  const fields = /^.*\) (.*)$/s.exec(textOf(pid, 'stat'))?.[1]?.split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function statusOf(pid: number): string {
  return textOf(pid, 'status');
}

/** Empty if the process is gone. */
function textOf(pid: number, file: 'stat' | 'status'): string {
  try {
    return readFileSync(join('/proc', String(pid), file), 'utf8');
  } catch {
    return '';
  }
}
