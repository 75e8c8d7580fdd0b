import type { BackupRow } from '../../domain/index.ts';
import { backupRequest } from '../backups/backup-request.ts';
import type { HsmProcess } from '../hsm-process.ts';
import type { ClusterRows } from '../rows.ts';
import { awaitsActivation, running, type Step, type StepContext } from './step.ts';

const DAY_MS = 86_400_000;

/** Requests a backup of a cluster with HSMs if its newest one is a day old. */
export const requestDailyBackup: Step = async ({ store, clock }, { cluster, hsms, backups }) => {
  if (cluster.state !== 'ACTIVE' || hsms.length === 0) return false;
  const newest = Math.max(cluster.creationDate, ...backups.map(({ creationDate }) => creationDate));
  if (clock.now() - newest < DAY_MS) return false;
  await store.transact((transaction) =>
    transaction.put('backups', backupRequest(cluster, 'daily', clock.now())),
  );
  return true;
};

/**
 * Makes the oldest requested backup. An HSM seals it; the control plane gets only the sealed file.
 */
export const makeBackup: Step = async (context, rows) => {
  const pending = pendingBackup(rows);
  if (!pending) return false;
  const source = backupSource(context, rows);
  if (!source) return abandonIfImpossible(context, rows, pending);
  const { backupId } = pending;
  await source.call('createBackup', { backupId });
  await context.backupFiles.save(
    backupId,
    async (offset) => (await source.call('readBackup', { offset })).bytes,
  );
  await context.store.transact(async (transaction) => {
    const row = await transaction.get('backups', pending.account, pending.region, backupId);
    if (row)
      await transaction.put('backups', {
        ...row,
        state: 'READY',
        creationDate: context.clock.now(),
      });
  });
  context.log.info(
    { backupId, clusterId: pending.clusterId, reason: pending.reason },
    'backup created',
  );
  return true;
};

/** Returns the oldest requested backup. */
export function pendingBackup({ backups }: ClusterRows): BackupRow | undefined {
  return backups
    .filter(({ state }) => state === 'CREATE_IN_PROGRESS')
    .toSorted((a, b) => a.creationDate - b.creationDate)[0];
}

/** Prefers an HSM that is not being deleted. One that is being deleted has all data as well. */
function backupSource(context: StepContext, { hsms }: ClusterRows): HsmProcess | undefined {
  const able = hsms.flatMap((hsm) => {
    const process = context.processes.get(hsm.hsmId);
    return process?.status.lifecycle === 'active' && process.status.synchronized
      ? [{ hsm, process }]
      : [];
  });
  return (able.find(({ hsm }) => hsm.state !== 'DELETE_IN_PROGRESS') ?? able[0])?.process;
}

/**
 * Drops a requested backup that no HSM can make: all HSMs are being deleted, and none of them runs
 * or can be started.
 */
async function abandonIfImpossible(
  context: StepContext,
  rows: ClusterRows,
  { account, region, backupId }: BackupRow,
): Promise<boolean> {
  const { processes, store, log } = context;
  const leaving = rows.hsms.filter(({ state }) => state === 'DELETE_IN_PROGRESS');
  if (running(context, rows).length > 0 || leaving.length < rows.hsms.length) return false;
  const startable = leaving.filter(
    ({ hsmId }) => processes.wasStarted(hsmId) && !processes.failure(hsmId),
  );
  for (const hsm of startable)
    processes.ensureStarted(rows.cluster, hsm, awaitsActivation(rows.cluster));
  if (startable.length > 0) return false;
  await store.transact((transaction) => transaction.delete('backups', account, region, backupId));
  log.warn(
    { backupId, clusterId: rows.cluster.clusterId },
    'backup dropped: no HSM is left to make it',
  );
  return true;
}
