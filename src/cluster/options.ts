import type { Clock, Logger } from '../base/index.ts';
import type { HsmRate } from '../hsm/wire/index.ts';
import type { Store } from '../storage/index.ts';
import type { Authorities } from './authorities.ts';
import type { ClusterLimits } from './contract.ts';
import type { LaunchHsm } from './hsm-child.ts';
import type { HsmHosts } from './remote/hosts.ts';

export interface ClusterControlOptions {
  readonly store: Store;
  /** Keyhold's data folder, which exists. */
  readonly dataFolder: string;
  readonly clock: Clock;
  /**
   * Offset of `clock` from the machine's clock, in milliseconds. The HSMs' clocks get the same
   * offset.
   */
  readonly clockOffset: number;
  /** Each HSM's capacity. */
  readonly rate?: HsmRate | undefined;
  readonly log: Logger;
  readonly authorities: Promise<Authorities>;
  readonly launch?: LaunchHsm;
  readonly hosts: HsmHosts;
  readonly limits?: Partial<ClusterLimits>;
}
