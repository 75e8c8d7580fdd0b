import type { BackupRow } from '../../domain/index.ts';
import { wantedBackup } from '../backups/wanted-backup.ts';
import type { HsmProcess } from '../hsm-process.ts';
import type { ClusterRows } from '../rows.ts';
import { isUnclaimed, running, type Step, type Works } from './step.ts';

const DAY = 86_400_000;

/** A cluster with HSMs has a backup of every day. */
export const wantDailyBackup: Step = async ({ store, clock }, { cluster, hsms, backups }) => {
  if (cluster.state !== 'ACTIVE' || hsms.length === 0) return false;
  const newest = Math.max(cluster.creationDate, ...backups.map(({ creationDate }) => creationDate));
  if (clock.now() - newest < DAY) return false;
  await store.transact((transaction) =>
    transaction.put('backups', wantedBackup(cluster, 'daily', clock.now())),
  );
  return true;
};

/** Makes the backup that is wanted longest: an HSM seals it, and only the file comes here. */
export const makeBackup: Step = async (works, rows) => {
  const wanted = wantedOf(rows);
  if (!wanted) return false;
  const source = sourceOf(works, rows);
  if (!source) return giveUp(works, rows, wanted);
  const { backupId } = wanted;
  await source.call('createBackup', { backupId });
  await works.backupFiles.keep(
    backupId,
    async (offset) => (await source.call('readBackup', { offset })).bytes,
  );
  await works.store.transact(async (transaction) => {
    const row = await transaction.get('backups', wanted.account, wanted.region, backupId);
    if (row)
      await transaction.put('backups', { ...row, state: 'READY', creationDate: works.clock.now() });
  });
  works.log.info(
    { backupId, clusterId: wanted.clusterId, reason: wanted.reason },
    'backup is made',
  );
  return true;
};

export function wantedOf({ backups }: ClusterRows): BackupRow | undefined {
  return backups
    .filter(({ state }) => state === 'CREATE_IN_PROGRESS')
    .toSorted((a, b) => a.creationDate - b.creationDate)[0];
}

/** One that stays if there is any; one that is leaving has it all too. */
function sourceOf(works: Works, { hsms }: ClusterRows): HsmProcess | undefined {
  const able = hsms.flatMap((hsm) => {
    const process = works.fleet.process(hsm.hsmId);
    return process?.status.lifecycle === 'active' && process.status.synchronized
      ? [{ hsm, process }]
      : [];
  });
  return (able.find(({ hsm }) => hsm.state !== 'DELETE_IN_PROGRESS') ?? able[0])?.process;
}

/** A cluster whose HSMs are gone, or go without having run again, can't be backed up any more. */
async function giveUp(
  works: Works,
  rows: ClusterRows,
  { account, region, backupId }: BackupRow,
): Promise<boolean> {
  const { fleet, store, log } = works;
  const leaving = rows.hsms.filter(({ state }) => state === 'DELETE_IN_PROGRESS');
  if (running(works, rows).length > 0 || leaving.length < rows.hsms.length) return false;
  const hopeful = leaving.filter(({ hsmId }) => fleet.knows(hsmId) && !fleet.failure(hsmId));
  for (const hsm of hopeful) fleet.ensure(rows.cluster, hsm, isUnclaimed(rows.cluster));
  if (hopeful.length > 0) return false;
  await store.transact((transaction) => transaction.delete('backups', account, region, backupId));
  log.warn(
    { backupId, clusterId: rows.cluster.clusterId },
    'no HSM is left that could make the backup',
  );
  return true;
}
