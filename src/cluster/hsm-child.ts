import type { ChildProcess } from 'node:child_process';

/** An HSM program that was started: a process of this machine, or what shows of one on another. */
export type HsmChild = Pick<
  ChildProcess,
  'pid' | 'stdout' | 'stderr' | 'exitCode' | 'signalCode'
> & {
  /** The fourth is the control channel. */
  readonly stdio: readonly unknown[];
  once(event: 'exit' | 'error', listener: () => void): unknown;
  kill(signal?: NodeJS.Signals): boolean;
};

/** Starts an HSM program with its control channel on file descriptor 3, standard output and error piped. */
export type LaunchHsm = (hsmId: string) => HsmChild;
