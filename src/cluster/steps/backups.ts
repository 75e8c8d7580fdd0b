import type { BackupRow } from '../../domain/index.ts';
import { backupRequest } from '../backups/backup-request.ts';
import type { HsmProcess } from '../hsm-process.ts';
import type { ClusterRows } from '../rows.ts';
import { awaitsActivation, running, type Step, type StepContext } from './step.ts';

const DAY_MS = 86_400_000;

/** A cluster with HSMs has a backup of every day. */
export const requestDailyBackup: Step = async ({ store, clock }, { cluster, hsms, backups }) => {
  if (cluster.state !== 'ACTIVE' || hsms.length === 0) return false;
  const newest = Math.max(cluster.creationDate, ...backups.map(({ creationDate }) => creationDate));
  if (clock.now() - newest < DAY_MS) return false;
  await store.transact((transaction) =>
    transaction.put('backups', backupRequest(cluster, 'daily', clock.now())),
  );
  return true;
};

/** Makes the backup that is wanted longest: an HSM seals it, and only the file comes here. */
export const makeBackup: Step = async (context, rows) => {
  const wanted = pendingBackup(rows);
  if (!wanted) return false;
  const source = backupSource(context, rows);
  if (!source) return abandonIfImpossible(context, rows, wanted);
  const { backupId } = wanted;
  await source.call('createBackup', { backupId });
  await context.backupFiles.save(
    backupId,
    async (offset) => (await source.call('readBackup', { offset })).bytes,
  );
  await context.store.transact(async (transaction) => {
    const row = await transaction.get('backups', wanted.account, wanted.region, backupId);
    if (row)
      await transaction.put('backups', {
        ...row,
        state: 'READY',
        creationDate: context.clock.now(),
      });
  });
  context.log.info(
    { backupId, clusterId: wanted.clusterId, reason: wanted.reason },
    'backup is made',
  );
  return true;
};

export function pendingBackup({ backups }: ClusterRows): BackupRow | undefined {
  return backups
    .filter(({ state }) => state === 'CREATE_IN_PROGRESS')
    .toSorted((a, b) => a.creationDate - b.creationDate)[0];
}

/** One that stays if there is any; one that is leaving has it all too. */
function backupSource(context: StepContext, { hsms }: ClusterRows): HsmProcess | undefined {
  const able = hsms.flatMap((hsm) => {
    const process = context.processes.get(hsm.hsmId);
    return process?.status.lifecycle === 'active' && process.status.synchronized
      ? [{ hsm, process }]
      : [];
  });
  return (able.find(({ hsm }) => hsm.state !== 'DELETE_IN_PROGRESS') ?? able[0])?.process;
}

/** A cluster whose HSMs are gone, or go without having run again, can't be backed up any more. */
async function abandonIfImpossible(
  context: StepContext,
  rows: ClusterRows,
  { account, region, backupId }: BackupRow,
): Promise<boolean> {
  const { processes, store, log } = context;
  const leaving = rows.hsms.filter(({ state }) => state === 'DELETE_IN_PROGRESS');
  if (running(context, rows).length > 0 || leaving.length < rows.hsms.length) return false;
  const hopeful = leaving.filter(
    ({ hsmId }) => processes.wasStarted(hsmId) && !processes.failure(hsmId),
  );
  for (const hsm of hopeful)
    processes.ensureStarted(rows.cluster, hsm, awaitsActivation(rows.cluster));
  if (hopeful.length > 0) return false;
  await store.transact((transaction) => transaction.delete('backups', account, region, backupId));
  log.warn(
    { backupId, clusterId: rows.cluster.clusterId },
    'no HSM is left that could make the backup',
  );
  return true;
}
