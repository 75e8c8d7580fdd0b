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

/** Reasons of failure, the most informative about the cluster first. */
const causesByPriority: readonly UnreachableCause[] = [
  'untrusted',
  'protocol',
  'closed',
  'timeout',
  'refused',
  'no-hsm',
];

/**
 * Connects to all HSMs of a cluster. Resolves as soon as the user is logged in to one of them. The
 * others follow in the background. If no HSM is usable, or one rejects the user, fails with the
 * most informative `HsmError` or `HsmUnreachableError` and closes all connections.
 *
 * @example
 * ```ts hsm
 * import { SecretText, silentLogger, systemClock } from 'src/base/index.ts';
 * import { connectCluster } from 'src/hsm/client/index.ts';
 *
 * const cluster = await connectCluster({
 *   members: [address],
 *   credentials: { username, role: 'crypto-user', password: new SecretText(password) },
 *   trustAnchor,
 *   clock: systemClock,
 *   log: silentLogger,
 * });
 * const { bytes } = await cluster.call('random', { length: 32 });
 * assert.equal(bytes.length, 32);
 * cluster.close();
 * ```
 */
export async function connectCluster(options: ClusterClientOptions): Promise<ClusterClient> {
  if (options.trustAnchor === undefined)
    throw new HsmUnreachableError('untrusted', 'connecting to a cluster requires a trust anchor');
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
