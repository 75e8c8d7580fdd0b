import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Clock ticks per second in /proc. */
const TICKS_PER_SECOND = 100;

/** A process under measurement. */
export interface MeasuredProcess {
  readonly name: 'front end' | 'HSM' | 'server';
  readonly pid: number;
}

/** Returns the front end and the HSMs that it has started. Empty on systems without /proc. */
export function processesOf(frontEnd: number): MeasuredProcess[] {
  return pids().flatMap((pid): MeasuredProcess[] => {
    if (pid === frontEnd) return [{ name: 'front end', pid }];
    return statusOf(pid).includes(`\nPPid:\t${frontEnd}\n`) ? [{ name: 'HSM', pid }] : [];
  });
}

/** Returns the resident memory of a process, in MB. */
export function memoryOf({ pid }: MeasuredProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(statusOf(pid))?.[1] ?? 0) / 1_024;
}

/**
 * Returns the processor time of a process in user and kernel mode, in seconds. Undefined on systems
 * without /proc.
 */
export function processorTime(pid: number): number | undefined {
  // The program's name, in parentheses, may contain any character. Fields 14 and 15 are user and
  // system time.
  const fields = /^.*\) (.*)$/s.exec(textOf(pid, 'stat'))?.[1]?.split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
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

/** Reads a file of /proc. Returns an empty string if the process has ended. */
function textOf(pid: number, file: 'stat' | 'status'): string {
  try {
    return readFileSync(join('/proc', String(pid), file), 'utf8');
  } catch {
    return '';
  }
}
