import type { Clock } from '../../base/index.ts';
import type { Store } from '../../storage/index.ts';
import type { ClusterLimits } from '../contract.ts';
import type { Loopback } from '../network.ts';
import type { HsmHosts } from '../remote/hosts.ts';

/** Services and limits for checking and recording requests. */
export interface RequestContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: ClusterLimits;
  readonly loopback: Loopback;
  readonly hosts: HsmHosts;
}
