/** Attacks by a user who holds one approval of a quorum, and wants more than one use of it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { HsmAddress, HsmConnection } from '../../src/hsm/client/index.ts';
import type { Approval } from '../../src/hsm/wire/index.ts';
import { needsProc, pidOf } from '../support/hsm-process.ts';
import { Approvers } from '../support/hsm/approvers.ts';
import { refusedAs } from '../support/hsm/hsm-world.ts';
import { ADMIN_PASSWORD, ownCluster, type OwnCluster } from '../support/own-cluster.ts';
import { addressesOf, logIn } from '../support/own-hsms.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const both = ['admin', 'second'];
const newUser = (username: string) =>
  ({ username, role: 'crypto-user', password: 'some-password-1' }) as const;

describe('an approval of two admins', () => {
  let world: World;
  let cluster: OwnCluster;
  let addresses: readonly HsmAddress[];
  let hsms: readonly HsmConnection[];
  const approvers = new Approvers();
  let made = 0;

  /** Creates a user at an HSM. Resolves to whether the HSM accepted the approval. */
  async function createdAt(hsm: HsmConnection, approval: Approval): Promise<boolean> {
    made += 1;
    try {
      await hsm.call('createUser', { ...newUser(`user_${made}`), approval });
      return true;
    } catch (error) {
      assert.ok(refusedAs('quorum-failed')(error), String(error));
      return false;
    }
  }

  async function approvalFrom(hsm: HsmConnection): Promise<Approval> {
    return approvers.approval(hsm, 'user', both);
  }

  before(async () => {
    world = await startWorld();
    cluster = await ownCluster(world);
    addresses = await addressesOf(world, cluster);
    hsms = await Promise.all(addresses.map((address) => logIn(cluster, address)));
    const [admin] = hsms;
    assert.ok(admin);
    await admin.call('createUser', {
      username: 'second',
      role: 'admin',
      password: ADMIN_PASSWORD,
    });
    const [address] = addresses;
    assert.ok(address);
    const second = await logIn(cluster, address, { username: 'second' });
    await approvers.register(admin, 'admin');
    await approvers.register(second, 'second');
    second.close();
    await admin.call('setQuorumValue', { service: 'user', value: 2 });
  });
  after(() => world[Symbol.asyncDispose]());

  it('is used once, although it reaches two HSMs at the same moment', async () => {
    for (const maker of [...hsms, ...hsms, ...hsms]) {
      const approval = await approvalFrom(maker);
      const accepted = await Promise.all(hsms.map((hsm) => createdAt(hsm, approval)));
      assert.equal(accepted.filter((one) => one).length, 1);
      for (const hsm of hsms) assert.equal(await createdAt(hsm, approval), false, 'later');
    }
  });

  it(
    'is refused rather than used twice while the HSMs are cut off from each other',
    { skip: needsProc },
    async () => {
      const [maker, other] = hsms;
      const [makerAddress] = addresses;
      assert.ok(maker && other && makerAddress);
      const approval = await approvalFrom(maker);
      const pid = pidOf(makerAddress.hsmId);
      process.kill(pid, 'SIGSTOP');
      try {
        assert.equal(await createdAt(other, approval), false);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      const [again] = await Promise.all(addresses.map((address) => logIn(cluster, address)));
      assert.ok(again);
      await createdAt(again, approval);
      assert.equal(await createdAt(again, approval), false);
    },
  );

  it('that names its operation is for this command and these arguments only', async () => {
    const [admin] = await Promise.all(addresses.map((address) => logIn(cluster, address)));
    assert.ok(admin);
    const approval = await approvers.approvalOf(
      admin,
      'user',
      ['createUser', newUser('eve')],
      both,
    );
    const other = refusedAs('quorum-failed', /for another operation, or for other arguments/);
    const mallory = { ...newUser('mallory'), approval };
    await assert.rejects(admin.call('createUser', mallory), other);
    await assert.rejects(
      admin.call('createUser', { ...newUser('eve'), role: 'admin', approval }),
      other,
    );
    await assert.rejects(admin.call('changePassword', { ...newUser('kmsuser'), approval }), other);
    await assert.rejects(
      admin.call('deleteUser', { username: 'eve', role: 'crypto-user', approval }),
      other,
    );
    await until('the HSMs are linked again', async () => {
      const { users } = await admin.call('listUsers', {});
      return users.every(({ coverage }) => coverage.on === coverage.of);
    });
    await admin.call('createUser', { ...newUser('eve'), approval });
  });
});
