import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  activeCluster,
  ADMIN_PASSWORD,
  clusterWorld,
  rowsOf,
  scope,
  untilHsm,
  untilRows,
  type ClusterWorld,
} from '../../test/support/cluster-world.ts';
import { until } from '../../test/support/until.ts';
import type { HsmRow } from '../domain/index.ts';
import { connectHsm, type HsmConnection } from '../hsm/client/index.ts';
import { parseFingerprint } from '../hsm/wire/index.ts';

describe('an HSM that joins a guarded cluster', () => {
  let world: ClusterWorld;
  let clusterId: string;
  let first: HsmRow;
  let trustAnchor: string;

  before(async () => {
    world = await clusterWorld();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const holder = { name: 'owner', publicKey: publicKey.export({ type: 'spki', format: 'pem' }) };
    const cluster = await activeCluster(world, {
      guarded: true,
      recovery: { holders: [holder], threshold: 1 },
    });
    ({ clusterId, first } = cluster);
    trustAnchor = cluster.ca.certificate;
  });
  after(() => world?.[Symbol.asyncDispose]());

  async function admin(): Promise<HsmConnection> {
    const { hsmId, eniIp: host, port } = first;
    const connection = await connectHsm({ hsmId, host, port }, { trustAnchor });
    await connection.call('login', { username: 'admin', role: 'admin', password: ADMIN_PASSWORD });
    return connection;
  }

  async function waitingHsm(): Promise<HsmRow> {
    const { hsmId } = await world.control.createHsm(scope, clusterId, {
      availabilityZone: `${scope.region}b`,
    });
    return until('the HSM waits', async () => {
      const rows = await rowsOf(world, clusterId);
      return rows?.hsms.find((hsm) => hsm.hsmId === hsmId && hsm.waitingSince !== undefined);
    });
  }

  it('waits with the command that admits it, and joins at once after it', async () => {
    const { hsmId, stateMessage = '', state } = await waitingHsm();
    assert.equal(state, 'CREATE_IN_PROGRESS');
    const [, id, fingerprint = ''] =
      /^HSM waits for admission: keyhold hsm cluster admit --cluster-id (cluster-\w+) --hsm-id hsm-\w+ --fingerprint ([0-9a-f-]+)$/.exec(
        stateMessage,
      ) ?? [];
    assert.equal(id, clusterId);
    assert.ok(stateMessage.length <= 300, 'AWS limits a state message to 300 characters');
    // Until then, the cluster does not count the HSM.
    assert.deepEqual(world.control.statuses().get(first.hsmId)?.coverage, { on: 1, of: 1 });
    const connection = await admin();
    await connection.call('admitHsm', { hsmId, fingerprint: parseFingerprint(fingerprint) ?? '' });
    const joined = await untilHsm(world, clusterId, hsmId, 'ACTIVE');
    assert.equal(joined.waitingSince, undefined);
    const { members, waiting } = await connection.call('listMembers', {});
    assert.deepEqual(waiting, []);
    assert.deepEqual(
      new Map(members.map((member) => [member.hsmId, member.admin])),
      new Map([
        [first.hsmId, undefined],
        [hsmId, 'admin'],
      ]),
    );
    connection.close();
  });

  it('is no longer a member, or no longer waits, after it was deleted', async () => {
    const connection = await admin();
    await waitingHsm();
    const { hsms } = (await rowsOf(world, clusterId)) ?? { hsms: [] };
    for (const { hsmId } of hsms.filter((hsm) => hsm.hsmId !== first.hsmId))
      await world.control.deleteHsm(scope, clusterId, { hsmId });
    await untilRows(world, clusterId, 'one HSM is left', (rows) => rows.hsms.length === 1);
    const { members, waiting } = await connection.call('listMembers', {});
    assert.deepEqual([members.map(({ hsmId }) => hsmId), waiting], [[first.hsmId], []]);
    connection.close();
  });

  it('can be deleted after the admins removed it', async () => {
    const { hsmId, stateMessage = '' } = await waitingHsm();
    const fingerprint = parseFingerprint(stateMessage.split('--fingerprint ')[1] ?? '') ?? '';
    const connection = await admin();
    await connection.call('admitHsm', { hsmId, fingerprint });
    await untilHsm(world, clusterId, hsmId, 'ACTIVE');
    await connection.call('removeHsm', { hsmId });
    connection.close();
    const { stateMessage: reason } = await untilHsm(world, clusterId, hsmId, 'DEGRADED');
    assert.match(reason ?? '', /removed from (?:its|the) cluster/);
    await world.control.deleteHsm(scope, clusterId, { hsmId });
    await untilRows(world, clusterId, 'one HSM is left', (rows) => rows.hsms.length === 1);
  });

  it('says so when the admins refuse it', async () => {
    const { hsmId } = await waitingHsm();
    const connection = await admin();
    await connection.call('removeHsm', { hsmId });
    connection.close();
    await untilRows(world, clusterId, 'the HSM says that it was refused', ({ hsms }) =>
      hsms.some((hsm) => hsm.hsmId === hsmId && /refused it/.test(hsm.stateMessage ?? '')),
    );
  });
});
