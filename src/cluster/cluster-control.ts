import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Logger } from '../base/index.ts';
import type { Change, Reader, Store } from '../storage/index.ts';
import type { Authorities } from './authorities.ts';
import type { HsmRate } from '../hsm/wire/index.ts';
import { ClusterWorker } from './cluster-worker.ts';
import { defaultLimits, type ClusterControl, type ClusterLimits, type LaunchHsm } from './contract.ts';
import { Fleet } from './fleet.ts';
import { launchHsm } from './launch.ts';
import { loopbackOf, vpcOf } from './network.ts';
import { reconcile } from './reconcile.ts';
import { createCluster } from './requests/create-cluster.ts';
import { createHsm } from './requests/create-hsm.ts';
import { deleteCluster, deleteHsm } from './requests/delete.ts';
import { initializeCluster } from './requests/initialize-cluster.ts';
import type { ClusterName } from './rows.ts';

export interface ClusterControlOptions {
  readonly store: Store;
  /** Keyhold's data folder; it exists. */
  readonly dataFolder: string;
  readonly clock: Clock;
  /** Milliseconds that `clock` is ahead of the machine's; the HSMs' clocks are too. */
  readonly clockOffset: number;
  /** Each HSM's capacity. */
  readonly rate?: HsmRate | undefined;
  readonly log: Logger;
  readonly authorities: Promise<Authorities>;
  readonly launch?: LaunchHsm;
  readonly limits?: Partial<ClusterLimits>;
}

/** Starts the HSMs of all recorded clusters, in the background, and takes up what was under way. */
export async function startClusterControl(options: ClusterControlOptions): Promise<ClusterControl> {
  const { store, clock } = options;
  const loopback = loopbackOf(process.platform);
  const context = { store, clock, loopback, limits: { ...defaultLimits, ...options.limits } };
  const crew = startCrew(options, await options.authorities);
  await crew.wakeAll();
  return {
    vpcOf: (scope) => vpcOf(scope, loopback),
    createCluster: (scope, wanted) => createCluster(context, scope, wanted),
    initializeCluster: (scope, clusterId, claim) => initializeCluster(context, { ...scope, clusterId }, claim),
    deleteCluster: (scope, clusterId) => deleteCluster(context, { ...scope, clusterId }),
    createHsm: (scope, clusterId, wanted) => createHsm(context, { ...scope, clusterId }, wanted),
    deleteHsm: (scope, clusterId, selector) => deleteHsm(context, { ...scope, clusterId }, selector),
    statuses: () => crew.fleet.statuses(),
    refreshStatuses: () => crew.fleet.refresh(),
    close: () => crew.close(),
  };
}

interface Crew {
  readonly fleet: Fleet;
  wakeAll(): Promise<void>;
  close(): Promise<void>;
}

/** A worker per cluster, woken by every change of the cluster's rows and processes. */
function startCrew(options: ClusterControlOptions, authorities: Authorities): Crew {
  const { store, dataFolder, clock, clockOffset, rate, log, launch = launchHsm } = options;
  const folder = join(dataFolder, 'hsms');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const workers = new Map<string, ClusterWorker>();
  const fleet = new Fleet({ folder, clock, clockOffset, rate, log, launch, changed: wake });
  const works = { store, fleet, authorities, clock, log };

  function wake({ account, region, clusterId }: ClusterName): void {
    const name = { account, region, clusterId };
    const worker = workers.get(clusterId) ?? new ClusterWorker(name, log, () => work(name));
    workers.set(clusterId, worker);
    worker.wake();
  }

  async function work(name: ClusterName): Promise<void> {
    if (!(await reconcile(works, name))) workers.delete(name.clusterId);
  }

  const unsubscribe = store.subscribe((changes) => changes.forEach((change) => wakeFor(change, wake)));
  return {
    fleet,
    wakeAll: async () => (await store.read(allClusters)).forEach(wake),
    async close() {
      unsubscribe();
      // Workers first: an HSM that stops would otherwise be recorded as degraded.
      const closing = [...workers.values()].map((worker) => worker.close());
      await fleet.close();
      await Promise.all(closing);
    },
  };
}

function wakeFor({ table, key }: Change, wake: (name: ClusterName) => void): void {
  const [account, region, clusterId] = key;
  if ((table === 'clusters' || table === 'hsms') && account && region && clusterId) wake({ account, region, clusterId });
}

function allClusters(reader: Reader): Promise<ClusterName[]> {
  return reader.list('clusters', []);
}
