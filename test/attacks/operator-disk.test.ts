/** Attacker: reads the whole data folder of the control plane, HSMs excepted. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BrokenSealError } from '../../src/crypto/index.ts';
import { decodeBackupFile, type CommandInput } from '../../src/hsm/wire/index.ts';
import { activeCluster, clusterWorld, untilRows } from '../support/cluster-world.ts';
import { hardwareSecret, openOffline } from '../support/hsm/offline-backup.ts';
import { recoveryHolders } from '../support/hsm/recovery-world.ts';

const world = await clusterWorld();
after(() => world[Symbol.asyncDispose]());

/** Returns the backup that the control plane keeps since the activation of a new cluster. */
async function backupOfCluster(
  options: Omit<CommandInput<'activate'>, 'password'>,
): Promise<Buffer> {
  const { clusterId } = await activeCluster(world, options);
  const { backups } = await untilRows(world, clusterId, 'the backup is READY', (rows) =>
    rows.backups.some(({ state }) => state === 'READY'),
  );
  const backup = backups.find(({ state }) => state === 'READY');
  return readFileSync(join(world.folder, 'backups', `${backup?.backupId}.backup`));
}

function secretsOnDisk(): Buffer[] {
  const read = (name: string): Buffer => readFileSync(join(world.folder, 'certificates', name));
  const [manufacturer, operator] = [read('manufacturer-backup.key'), read('operator-backup.key')];
  return [manufacturer, operator, hardwareSecret(manufacturer, operator)];
}

test('the data folder opens no backup of a guarded cluster', async () => {
  const { order } = recoveryHolders(['anna', 'ben'], 2);
  const file = await backupOfCluster({ recovery: order, guarded: true });
  assert.equal(decodeBackupFile(file)?.header.protection, 'recovery');
  for (const secret of secretsOnDisk())
    await assert.rejects(openOffline(file, secret), BrokenSealError);
  assert.deepEqual(
    readdirSync(join(world.folder, 'certificates')).filter((name) => name.includes('recovery')),
    [],
  );
});

test('the data folder opens backups of an ordinary cluster, whose operator is trusted', async () => {
  const file = await backupOfCluster({});
  const opened: string[] = [];
  for (const secret of secretsOnDisk())
    await openOffline(file, secret).then(
      ({ facts }) => opened.push(facts.clusterKey),
      () => undefined,
    );
  assert.equal(opened.length, 1);
});
