import type { Clock } from '../../base/index.ts';
import type { Store } from '../../storage/index.ts';
import type { ClusterLimits } from '../contract.ts';
import type { Loopback } from '../network.ts';
import type { HsmHosts } from '../remote/hosts.ts';

/** What checking and recording a request takes. */
export interface RequestContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: ClusterLimits;
  readonly loopback: Loopback;
  readonly hosts: HsmHosts;
}
