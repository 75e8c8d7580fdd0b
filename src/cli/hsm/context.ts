import type { HsmAddress } from '../../hsm/client/index.ts';
import type { CliIo, Env } from '../io.ts';
import type { Format } from './format.ts';
import type { Session } from './session.ts';

/** Finds the HSMs of a cluster that can be talked to. */
export type DescribeCluster = (clusterId: string) => Promise<readonly HsmAddress[]>;

export interface HsmContext {
  readonly env: Env;
  readonly io: CliIo;
  readonly describeCluster: DescribeCluster;
  /**
   * Interactive mode: the one connection that all commands share. Otherwise each command has its
   * own.
   */
  readonly session?: Session;
}

/** The options that every command of `keyhold hsm` understands. */
export interface TargetOptions {
  readonly clusterId?: string;
  readonly caFile?: string;
  readonly hsm?: readonly string[];
  readonly format?: Format;
}
