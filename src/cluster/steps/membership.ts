import { formatFingerprint, HsmError, type Peer } from '../../hsm/wire/index.ts';
import { certifyHardware } from '../certify-hardware.ts';
import type { HsmProcess } from '../hsm-process.ts';
import type { HsmRow } from '../../domain/index.ts';
import { backupRequest } from '../backups/backup-request.ts';
import { changeHsm, type ClusterRows } from '../rows.ts';
import { running, type RunningHsm, type Step, type StepContext } from './step.ts';

/** Maximum length of the holders' names in a state message, which has at most 300 characters. */
const MAX_HOLDERS_LENGTH = 100;

/**
 * Sends each HSM the list of its peers. An HSM that is down stays in the list: it will recover, and
 * until then the coverage of keys shows that it is missing. An HSM that is being deleted stays as
 * well, so that the others can copy data that only it has.
 */
export const updatePeers: Step = async (context, rows) => {
  const members: Peer[] = rows.hsms
    .filter((hsm) => hsm.port !== 0)
    .map(({ hsmId, eniIp, port }) => ({ hsmId, host: eniIp, port }));
  await Promise.all(
    running(context, rows).map(({ hsm, process }) =>
      process.setPeers(members.filter((peer) => peer.hsmId !== hsm.hsmId)),
    ),
  );
  return false;
};

/** Clones each new HSM from a member, and makes it ACTIVE once it is synchronized. */
export const joinHsms: Step = async (context, rows) => {
  if (rows.cluster.state !== 'ACTIVE') return false;
  let changed = false;
  for (const joining of running(context, rows)) {
    if (joining.hsm.state === 'CREATE_IN_PROGRESS')
      changed = (await join(context, rows, joining)) || changed;
  }
  return changed;
};

async function join(
  context: StepContext,
  rows: ClusterRows,
  { hsm, process }: RunningHsm,
): Promise<boolean> {
  if (process.status.lifecycle !== 'active') {
    const member = running(context, rows).find(
      (candidate) => candidate.hsm.state === 'ACTIVE' && candidate.status.lifecycle === 'active',
    );
    if (member) {
      const obstacle = await admission(member, hsm, process);
      if (obstacle !== undefined) return recordObstacle(context, hsm, obstacle);
      await clone(context, member.process, process, hsm);
    } else if (!(await restoreInto(context, rows, { hsm, process }))) return false;
  }
  if (!process.status.synchronized) return false;
  return recordJoined(context, rows, hsm);
}

/**
 * Asks a member to admit the HSM. Returns the reason why it doesn't, as a message for the cluster's
 * owner.
 */
async function admission(
  { process: member, status }: RunningHsm,
  hsm: HsmRow,
  { status: { fingerprint } }: HsmProcess,
): Promise<string | undefined> {
  const { clusterId, hsmId } = hsm;
  const waiting = `HSM waits for admission: keyhold hsm cluster admit --cluster-id ${clusterId} --hsm-id ${hsmId} --fingerprint ${formatFingerprint(fingerprint)}`;
  if (status.waiting.includes(hsmId)) return waiting;
  try {
    await member.call('requestAdmission', { hsmId, fingerprint, ...placeOf(hsm) });
    return undefined;
  } catch (error) {
    if (!(error instanceof HsmError)) throw error;
    if (error.code === 'admission-required') return waiting;
    if (error.code === 'not-a-member') return `HSM cannot join: ${error.message}`;
    throw error;
  }
}

/** Records why the HSM waits. */
function recordObstacle(
  { store, clock }: StepContext,
  hsm: HsmRow,
  stateMessage: string,
): Promise<boolean> {
  return changeHsm(store, hsm, (row) =>
    row.state === 'CREATE_IN_PROGRESS' && row.stateMessage !== stateMessage
      ? { ...row, stateMessage, waitingSince: row.waitingSince ?? clock.now() }
      : undefined,
  );
}

/** Where an HSM is, for the list of members. */
function placeOf({ eniIp, availabilityZone }: HsmRow): {
  readonly host: string;
  readonly zone: string;
} {
  return { host: eniIp, zone: availabilityZone };
}

function recordJoined(
  { store, clock }: StepContext,
  { cluster }: ClusterRows,
  { account, region, clusterId, hsmId }: HsmRow,
): Promise<boolean> {
  return store.transact(async (transaction) => {
    const hsm = await transaction.get('hsms', account, region, clusterId, hsmId);
    if (hsm?.state !== 'CREATE_IN_PROGRESS') return false;
    const { restoreFrom: _done, waitingSince: _ended, ...joined } = hsm;
    await transaction.put('hsms', { ...joined, state: 'ACTIVE', stateMessage: 'HSM created.' });
    await transaction.put('backups', backupRequest(cluster, 'join', clock.now()));
    return true;
  });
}

/** Restores a backup into a cluster's only HSM. Returns false while the backup is in progress. */
async function restoreInto(
  context: StepContext,
  { backups }: ClusterRows,
  { hsm, process }: Pick<RunningHsm, 'hsm' | 'process'>,
): Promise<boolean> {
  const backupId = hsm.restoreFrom;
  if (
    backupId === undefined ||
    backups.some((backup) => backup.backupId === backupId && backup.state === 'CREATE_IN_PROGRESS')
  )
    return false;
  if (process.status.awaitsShares?.backupId !== backupId) {
    await certifyHardware(process, context.authorities);
    await context.backupFiles.send(backupId, (piece) => process.call('writeBackup', piece));
    await process.call('restoreBackup', {});
  }
  const { awaitsShares } = process.status;
  if (awaitsShares) {
    // The HSM keeps the backup. Its owner restores it with recovery shares, at the HSM's port.
    await recordObstacle(context, hsm, sharesMessage(hsm, awaitsShares));
    return false;
  }
  context.log.info(
    { backupId, hsmId: hsm.hsmId, clusterId: hsm.clusterId },
    'HSM restored from a backup',
  );
  return true;
}

/** Describes what the HSM of a guarded cluster waits for. */
function sharesMessage(
  { clusterId }: HsmRow,
  { threshold, holders }: NonNullable<HsmProcess['status']['awaitsShares']>,
): string {
  const from = holders.join(', ').slice(0, MAX_HOLDERS_LENGTH);
  return `HSM waits for ${threshold} of ${holders.length} recovery shares (${from}): keyhold hsm backup restore --cluster-id ${clusterId} --share FILE … --manufacturer-root FILE --fingerprint HEX`;
}

async function clone(
  context: StepContext,
  member: HsmProcess,
  joining: HsmProcess,
  hsm: HsmRow,
): Promise<void> {
  const { manufacturerHardwareCertificate } = await certifyHardware(joining, context.authorities);
  const { sealed } = await member.call('exportClone', {
    hardwareCertificate: manufacturerHardwareCertificate,
    hsmId: hsm.hsmId,
    ...placeOf(hsm),
  });
  await joining.call('importClone', { sealed });
}
