import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { customerCa } from '../../test/support/customer-ca.ts';
import { until } from '../../test/support/until.ts';
import { isKmsError } from '../domain/index.ts';
import { connectHsm } from '../hsm/client/index.ts';
import {
  activate,
  activeCluster,
  ADMIN_PASSWORD,
  claimFor,
  clusterWorld,
  newCluster,
  newHsm,
  rowsOf,
  scope,
  untilHsm,
  untilRows,
  untilState,
} from '../../test/support/cluster-world.ts';

function rejection(code: string, text: RegExp): (error: unknown) => boolean {
  return (error) => isKmsError(error) && error.code === code && text.test(error.message);
}

test('a cluster is created, activated, extended, reduced and deleted', async () => {
  await using world = await clusterWorld();
  const { clusterId, first, ca } = await activeCluster(world);
  assert.ok(first.port > 0);
  assert.equal(statSync(join(world.folder, 'hsms', first.hsmId)).mode & 0o777, 0o700);

  const second = await newHsm(world, clusterId, 'b');
  await world.control.refreshStatuses();
  const statuses = world.control.statuses();
  assert.deepEqual([...statuses.keys()].toSorted(), [first.hsmId, second.hsmId].toSorted());
  assert.equal(statuses.get(second.hsmId)?.userCount, statuses.get(first.hsmId)?.userCount);

  await world.control.deleteHsm(scope, clusterId, { eniId: first.eniId });
  await untilRows(world, clusterId, 'the first HSM is removed', ({ hsms }) => hsms.length === 1);
  assert.equal(existsSync(join(world.folder, 'hsms', first.hsmId)), false);
  const connection = await connectHsm(
    { hsmId: second.hsmId, host: second.eniIp, port: second.port },
    { trustAnchor: ca.certificate },
  );
  await connection.call('login', { username: 'admin', role: 'admin', password: ADMIN_PASSWORD });
  connection.close();

  await assert.rejects(
    world.control.deleteCluster(scope, clusterId),
    rejection('CloudHsmInvalidRequestException', /contains 1 HSM/),
  );
  await world.control.deleteHsm(scope, clusterId, { hsmId: second.hsmId });
  await untilRows(world, clusterId, 'no HSM is left', ({ hsms }) => hsms.length === 0);
  await world.control.deleteCluster(scope, clusterId);
  await until('the cluster is removed', async () => (await rowsOf(world, clusterId)) === undefined);
});

test('two HSMs in one availability zone get different addresses', async () => {
  await using world = await clusterWorld();
  const { clusterId, first } = await activeCluster(world);
  const second = await newHsm(world, clusterId, 'a');
  assert.equal(second.subnetId, first.subnetId);
  if (process.platform === 'linux') assert.notEqual(second.eniIp, first.eniIp);
});

test('a cluster accepts one HSM before activation, and returns to UNINITIALIZED without it', async () => {
  await using world = await clusterWorld();
  const ca = await customerCa('RSA');
  const clusterId = await newCluster(world);
  await untilState(world, clusterId, 'UNINITIALIZED');
  const first = await newHsm(world, clusterId, 'a');
  const more = (): Promise<unknown> =>
    world.control.createHsm(scope, clusterId, { availabilityZone: 'us-east-1b' });
  const notYet = rejection(
    'CloudHsmInvalidRequestException',
    /already contains an HSM but has not yet been fully activated$/,
  );
  await assert.rejects(more(), notYet);
  await world.control.initializeCluster(scope, clusterId, await claimFor(world, clusterId, ca));
  await untilState(world, clusterId, 'INITIALIZED');
  await assert.rejects(more(), notYet);
  await world.control.deleteHsm(scope, clusterId, { hsmId: first.hsmId });
  const { cluster } = await untilRows(
    world,
    clusterId,
    'the cluster has no HSM',
    ({ hsms }) => hsms.length === 0,
  );
  assert.equal(cluster.state, 'UNINITIALIZED');
  assert.equal(cluster.clusterCsr ?? cluster.clusterCertificate, undefined);
});

test('a killed HSM restarts with its state', async () => {
  await using world = await clusterWorld();
  const { clusterId, first } = await activeCluster(world);
  const [pid] = world.pids(first.hsmId);
  process.kill(pid ?? 0, 'SIGKILL');
  await untilHsm(world, clusterId, first.hsmId, 'DEGRADED');
  await untilHsm(world, clusterId, first.hsmId, 'ACTIVE');
  assert.equal(world.pids(first.hsmId).length, 2);
  assert.equal(world.control.statuses().get(first.hsmId)?.lifecycle, 'active');
});

test('work continues after the control plane stops in the middle of each step', async () => {
  await using world = await clusterWorld();
  const restart = async (): Promise<void> => {
    await world.stop();
    await world.start();
  };
  const ca = await customerCa('EC');
  const clusterId = await newCluster(world);
  await restart();
  await untilState(world, clusterId, 'UNINITIALIZED');
  const { hsmId } = await world.control.createHsm(scope, clusterId, {
    availabilityZone: 'us-east-1a',
  });
  await restart();
  await untilHsm(world, clusterId, hsmId, 'ACTIVE');
  await world.control.initializeCluster(scope, clusterId, await claimFor(world, clusterId, ca));
  await restart();
  await untilState(world, clusterId, 'INITIALIZED');
  await restart();
  await until('the HSM runs', async () => world.control.statuses().has(hsmId));
  await activate(await untilHsm(world, clusterId, hsmId, 'ACTIVE'), ca.certificate);
  await restart();
  await untilState(world, clusterId, 'ACTIVE');
  const joining = await world.control.createHsm(scope, clusterId, {
    availabilityZone: 'us-east-1b',
  });
  await restart();
  await untilHsm(world, clusterId, joining.hsmId, 'ACTIVE');
  await world.control.deleteHsm(scope, clusterId, { hsmId });
  await restart();
  await untilRows(world, clusterId, 'the first HSM is removed', ({ hsms }) => hsms.length === 1);
});

test('quotas and addresses are checked, and a rejected request changes nothing', async () => {
  await using world = await clusterWorld({ clusters: 1, hsms: 1 });
  const { clusterId, first } = await activeCluster(world);
  const create = (zone: string, ipAddress?: string): Promise<unknown> =>
    world.control.createHsm(scope, clusterId, { availabilityZone: zone, ipAddress });
  await assert.rejects(
    newCluster(world),
    rejection('CloudHsmInvalidRequestException', /maximum number of clusters/),
  );
  await assert.rejects(
    create('us-east-1a'),
    rejection('CloudHsmInvalidRequestException', /maximum number of HSMs/),
  );
  await assert.rejects(
    create('us-east-1f'),
    rejection('CloudHsmInvalidRequestException', /no subnet in Availability Zone 'us-east-1f'/),
  );
  await assert.rejects(
    world.control.deleteHsm(scope, clusterId, {}),
    rejection('CloudHsmInvalidRequestException', /Exactly one/),
  );
  await assert.rejects(
    world.control.deleteHsm(scope, clusterId, { hsmId: 'hsm-aaaaaaaaaaa' }),
    rejection('CloudHsmResourceNotFoundException', /was not found/),
  );
  assert.deepEqual(
    (await rowsOf(world, clusterId))?.hsms.map(({ hsmId }) => hsmId),
    [first.hsmId],
  );
});

test('unknown subnets, two subnets in one zone and other HSM types are rejected', async () => {
  await using world = await clusterWorld();
  const [subnet] = world.control.vpcOf(scope).subnets;
  const create = (hsmType: string, ...subnetIds: string[]): Promise<unknown> =>
    world.control.createCluster(scope, {
      hsmType,
      subnetIds,
      mode: 'FIPS',
      retentionDays: 90,
      tags: [],
    });
  const id = subnet?.subnetId ?? '';
  await assert.rejects(
    create('hsm1.medium', id),
    rejection('CloudHsmInvalidRequestException', /^Provided HsmType is not supported\.$/),
  );
  await assert.rejects(
    create('hsm2m.medium', id, 'subnet-00000000'),
    rejection('CloudHsmInvalidRequestException', /subnet-00000000/),
  );
  await assert.rejects(
    create('hsm2m.medium', id, id),
    rejection('CloudHsmInvalidRequestException', /one subnet per Availability Zone/),
  );
  await assert.rejects(
    world.control.deleteCluster(scope, 'cluster-aaaaaaaaaaa'),
    rejection('CloudHsmResourceNotFoundException', /was not found/),
  );
});
