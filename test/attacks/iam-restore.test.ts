/** Attacker: has every IAM permission, and no password or share of the cluster's owner. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { HsmRow } from '../../src/domain/index.ts';
import { connectHsm, type HsmConnection } from '../../src/hsm/client/index.ts';
import {
  activeCluster,
  ADMIN_PASSWORD,
  clusterWorld,
  rowsOf,
  scope,
  untilHsm,
  untilRows,
} from '../support/cluster-world.ts';
import { refusedAs } from '../support/hsm/hsm-world.ts';
import { recoveryHolders } from '../support/hsm/recovery-world.ts';
import { until } from '../support/until.ts';

const world = await clusterWorld({ clusters: 10, hsms: 20 });
after(() => world[Symbol.asyncDispose]());
const kmsuser = { username: 'kmsuser', role: 'crypto-user' } as const;
const admin = { username: 'admin', role: 'admin', password: ADMIN_PASSWORD } as const;

async function at(
  { hsmId, eniIp, port }: HsmRow,
  trustAnchor: string,
  login?: { readonly username: string; readonly role: 'admin' | 'crypto-user'; password: string },
): Promise<HsmConnection> {
  const connection = await connectHsm({ hsmId, host: eniIp, port }, { trustAnchor });
  if (login) await connection.call('login', login);
  return connection;
}

async function demandBackup(clusterId: string): Promise<string> {
  const { backupId } = await world.control.createBackup(scope, clusterId);
  await untilRows(world, clusterId, 'the backup is READY', ({ backups }) =>
    backups.some((backup) => backup.backupId === backupId && backup.state === 'READY'),
  );
  return backupId;
}

/** Creates a cluster from a backup and an HSM in it, by API calls alone. */
async function clusterFrom(sourceClusterId: string, backupId: string): Promise<HsmRow> {
  const source = (await rowsOf(world, sourceClusterId))?.backups.find(
    (backup) => backup.backupId === backupId,
  );
  assert.ok(source);
  const subnetIds = world.control.vpcOf(scope).subnets.map(({ subnetId }) => subnetId);
  const { clusterId } = await world.control.createCluster(scope, {
    hsmType: 'hsm2m.medium',
    subnetIds,
    mode: undefined,
    retentionDays: 90,
    source,
    tags: [],
  });
  await untilRows(world, clusterId, 'ACTIVE', ({ cluster }) => cluster.state === 'ACTIVE');
  return world.control.createHsm(scope, clusterId, { availabilityZone: 'us-east-1a' });
}

test('the restore of a backup does not bring a password of kmsuser back to life', async () => {
  const { clusterId, first, ca } = await activeCluster(world);
  const owner = await at(first, ca.certificate, admin);
  await owner.call('createUser', { ...kmsuser, password: 'old-password-1' });
  const backupId = await demandBackup(clusterId);
  await owner.call('changePassword', { ...kmsuser, password: 'taken-back-1' });
  owner.close();

  const { clusterId: copy, hsmId } = await clusterFrom(clusterId, backupId);
  const hsm = await untilHsm(world, copy, hsmId, 'ACTIVE');
  for (const password of ['old-password-1', 'taken-back-1', ''])
    await assert.rejects(
      at(hsm, ca.certificate, { ...kmsuser, password }),
      refusedAs('password-voided', /change-password/),
    );
  const again = await at(hsm, ca.certificate, admin);
  await again.call('changePassword', { ...kmsuser, password: 'new-password-1' });
  again.close();
  (await at(hsm, ca.certificate, { ...kmsuser, password: 'new-password-1' })).close();
});

test('a backup of a guarded cluster is restored only with recovery shares', async () => {
  const holders = recoveryHolders(['anna', 'ben', 'carla'], 2);
  const options = { recovery: holders.order, guarded: true };
  const { clusterId, ca, recovery } = await activeCluster(world, options);
  const backupId = await demandBackup(clusterId);
  const created = await clusterFrom(clusterId, backupId);
  const waiting = await until('the HSM waits visibly', async () => {
    const rows = await rowsOf(world, created.clusterId);
    const [hsm] = rows?.hsms ?? [];
    return hsm?.stateMessage?.includes('recovery shares') === true ? hsm : undefined;
  });
  assert.equal(waiting.state, 'CREATE_IN_PROGRESS');
  assert.ok(waiting.waitingSince !== undefined, '`keyhold status` lists it under Problems');
  assert.match(
    waiting.stateMessage ?? '',
    /waits for 2 of 3 recovery shares \(anna, ben, carla\): keyhold hsm backup restore/,
  );
  await world.control.refreshStatuses();
  assert.equal(world.control.statuses().get(waiting.hsmId)?.lifecycle, 'uninitialized');

  // Even with a permit, which IAM gives, nothing opens without the shares.
  const {
    host,
    port,
    token: permit,
  } = await world.control.authorizeRestore(scope, created.clusterId, undefined);
  const address = { hsmId: waiting.hsmId, host, port };
  const peek = await connectHsm(address, { trustAnchor: undefined });
  peek.close();
  const connection = await connectHsm(address, { trustAnchor: peek.clusterCertificate });
  const [first, , third] = holders.open(recovery);
  assert.ok(first && third);
  for (const shares of [[], [first]])
    await assert.rejects(
      connection.call('restoreBackup', { shares, permit }),
      refusedAs('backup-invalid', /shares/),
    );
  await connection.call('restoreBackup', { shares: [first, third], permit });
  connection.close();
  const restored = await untilHsm(world, created.clusterId, waiting.hsmId, 'ACTIVE');
  (await at(restored, ca.certificate, admin)).close();
  // The restored cluster is guarded as well.
  const { backups } = await untilRows(world, created.clusterId, 'a backup', (rows) =>
    rows.backups.some(({ state }) => state === 'READY'),
  );
  const file = readFileSync(join(world.folder, 'backups', `${backups[0]?.backupId}.backup`));
  assert.match(file.toString('latin1'), /"protection":"recovery"/);
});
