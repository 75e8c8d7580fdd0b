import { HsmError } from '../wire/index.ts';
import { ClusterPool } from './cluster-pool.ts';
import {
  HsmUnreachableError,
  type ClusterClient,
  type ClusterClientOptions,
  type UnreachableCause,
} from './contract.ts';
import { isFinal } from './login-gate.ts';
import type { PooledHsm } from './pooled-hsm.ts';

/** From what says most about the cluster to what says least. */
const causesByPriority: readonly UnreachableCause[] = [
  'untrusted',
  'protocol',
  'closed',
  'timeout',
  'refused',
  'no-hsm',
];

/**
 * Connects to all HSMs of a cluster and resolves once it is logged in to one of them; the others follow. If none can be
 * used, or one refuses the user, fails with the `HsmError` or `HsmUnreachableError` that says most, and leaves nothing open.
 */
export async function connectCluster(options: ClusterClientOptions): Promise<ClusterClient> {
  if (options.trustAnchor === undefined)
    throw new HsmUnreachableError(
      'untrusted',
      'a cluster is logged in to only under a trust anchor',
    );
  if (options.members.length === 0)
    throw new HsmUnreachableError('no-hsm', 'the cluster has no HSM');
  const cluster = new ClusterPool(options);
  try {
    await firstLogin(cluster.hsms());
    return cluster;
  } catch (error) {
    cluster.close();
    throw error;
  }
}

async function firstLogin(members: readonly PooledHsm[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failures: Error[] = [];
  for (const member of members) {
    void member.firstAttempt.then((failure) => {
      if (!failure) return resolve();
      failures.push(failure);
      if (isFinal(failure)) reject(failure);
      else if (failures.length === members.length) reject(mostTelling(failures));
    });
  }
  return promise;
}

function mostTelling(failures: readonly Error[]): Error | undefined {
  const rank = (error: Error): number => {
    if (error instanceof HsmError) return -1;
    return error instanceof HsmUnreachableError
      ? causesByPriority.indexOf(error.reason)
      : causesByPriority.length;
  };
  return failures.toSorted((a, b) => rank(a) - rank(b))[0];
}
