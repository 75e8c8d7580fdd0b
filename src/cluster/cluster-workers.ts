import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../base/index.ts';
import type { Change, Reader } from '../storage/index.ts';
import type { Authorities } from './authorities.ts';
import type { BackupFiles } from './backups/backup-files.ts';
import { expireBackups } from './backups/expire-backups.ts';
import { ClusterWorker } from './cluster-worker.ts';
import { HsmProcesses } from './hsm-processes.ts';
import { launchHsm } from './launch.ts';
import type { ClusterControlOptions } from './options.ts';
import { reconcile } from './reconcile.ts';
import type { ClusterRef } from './rows.ts';

/** Interval between checks for work that has become due, in milliseconds of real time. */
const CLOCK_WORK_INTERVAL_MS = 60_000;

/** The background work on all clusters. */
export interface ClusterWorkers {
  readonly processes: HsmProcesses;
  wakeAll(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a worker per cluster. Changes of the cluster's rows and HSM processes wake it. */
export function startClusterWorkers(
  options: ClusterControlOptions,
  backupFiles: BackupFiles,
  authorities: Authorities,
): ClusterWorkers {
  const { store, dataFolder, clock, clockOffset, rate, log, launch = launchHsm } = options;
  const folder = join(dataFolder, 'hsms');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const workers = new Map<string, ClusterWorker>();
  const processes = new HsmProcesses({
    folder,
    clock,
    clockOffset,
    rate,
    log,
    launch,
    hosts: options.hosts,
    onChange: wake,
  });
  const context = { store, processes, authorities, backupFiles, clock, log };

  function wake({ account, region, clusterId }: ClusterRef): void {
    const ref = { account, region, clusterId };
    const worker = workers.get(clusterId) ?? new ClusterWorker(ref, log, () => work(ref));
    workers.set(clusterId, worker);
    worker.wake();
  }

  async function work(ref: ClusterRef): Promise<void> {
    if (!(await reconcile(context, ref))) workers.delete(ref.clusterId);
  }

  const wakeAll = async (): Promise<void> => (await store.read(allClusters)).forEach(wake);
  // Work that depends on the time: daily backups, and the expiration of old ones.
  const stopClockWork = startClockWork(log, async () => {
    await expireBackups({ store, files: backupFiles, clock, log });
    await wakeAll();
  });
  const unsubscribe = store.subscribe((changes) =>
    changes.forEach((change) => wakeFor(change, wake)),
  );
  return {
    processes,
    wakeAll,
    async close() {
      unsubscribe();
      await stopClockWork();
      // Workers first: they would record the stopping HSMs as degraded.
      const closing = [...workers.values()].map((worker) => worker.close());
      await processes.close();
      await Promise.all(closing);
    },
  };
}

/**
 * Runs `work` now and at every interval. The returned function ends this, and waits for a run that
 * is in progress.
 */
function startClockWork(log: Logger, work: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  const tick = (): void => {
    running = running
      .then(work)
      .catch((error: unknown) => log.error({ err: error }, 'scheduled work on backups failed'));
  };
  const timer = setInterval(tick, CLOCK_WORK_INTERVAL_MS);
  tick();
  return () => {
    clearInterval(timer);
    return running;
  };
}

function wakeFor({ table, key }: Change, wake: (ref: ClusterRef) => void): void {
  const [account, region, clusterId] = key;
  if ((table === 'clusters' || table === 'hsms') && account && region && clusterId)
    wake({ account, region, clusterId });
}

function allClusters(reader: Reader): Promise<ClusterRef[]> {
  return reader.list('clusters', []);
}
