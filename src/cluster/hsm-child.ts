import type { ChildProcess } from 'node:child_process';

/**
 * A started HSM program: a child process on this machine, or the stand-in for a process on another
 * machine (`RemoteChild`).
 */
export type HsmChild = Pick<
  ChildProcess,
  'pid' | 'stdout' | 'stderr' | 'exitCode' | 'signalCode'
> & {
  /** The fourth entry is the control channel. */
  readonly stdio: readonly unknown[];
  once(event: 'exit' | 'error', listener: () => void): unknown;
  kill(signal?: NodeJS.Signals): boolean;
};

/** Starts an HSM program, with the control channel on file descriptor 3 and its output piped. */
export type LaunchHsm = (hsmId: string) => HsmChild;
