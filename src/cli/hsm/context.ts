import type { ClusterTarget } from '../api.ts';
import type { CliIo, Env } from '../io.ts';
import type { Format } from './format.ts';
import type { Session } from './session.ts';

/** Finds the running HSMs of a cluster, and its certificate. */
export type DescribeCluster = (clusterId: string) => Promise<ClusterTarget>;

export interface HsmContext {
  readonly env: Env;
  readonly io: CliIo;
  readonly describeCluster: DescribeCluster;
  /** The connection that all commands share in interactive mode. Otherwise, each has its own. */
  readonly session?: Session;
}

/** Options of every command of `keyhold hsm`. */
export interface TargetOptions {
  readonly clusterId?: string;
  readonly caFile?: string;
  readonly clusterCertificate?: string;
  readonly hsm?: readonly string[];
  readonly format?: Format;
}
