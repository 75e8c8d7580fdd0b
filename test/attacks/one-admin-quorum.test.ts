/** Attacks by one HSM admin on a quorum of two that covers only some services. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Approvers } from '../support/hsm/approvers.ts';
import { refusedAs } from '../support/hsm/hsm-world.ts';
import { ADMIN_PASSWORD, ownCluster } from '../support/own-cluster.ts';
import { addressesOf, logIn } from '../support/own-hsms.ts';
import { startWorld } from '../support/world.ts';

const password = ADMIN_PASSWORD;

describe('one admin of a cluster whose backups take two', () => {
  it('can’t make, take over or replace a second approver', async () => {
    await using world = await startWorld();
    const cluster = await ownCluster(world, { zones: ['a'] });
    const [address] = await addressesOf(world, cluster);
    assert.ok(address);
    const approvers = new Approvers();
    const admin = await logIn(cluster, address);
    for (const username of ['second', 'idle'])
      await admin.call('createUser', { username, role: 'admin', password });
    await admin.call('createUser', { username: 'user', role: 'crypto-user', password });
    const second = await logIn(cluster, address, { username: 'second' });
    await approvers.register(admin, 'admin');
    await approvers.register(second, 'second');
    second.close();
    // `user` and `quorum` stay 1.
    for (const service of ['backup', 'key-deletion'] as const)
      await admin.call('setQuorumValue', {
        service,
        value: 2,
        ...(service === 'backup'
          ? {}
          : { approval: await approvers.approval(admin, 'quorum', ['admin', 'second']) }),
      });
    const needsApproval = refusedAs('quorum-required');
    const needsTwo = refusedAs('quorum-failed', /currently 1 approvals, but 2 approvals required/);

    const attempts = [
      ['createUser', { username: 'third', role: 'admin', password }],
      ['changePassword', { username: 'second', role: 'admin', password: 'another-one-1' }],
      ['changePassword', { username: 'idle', role: 'admin', password: 'another-one-1' }],
      ['deleteUser', { username: 'idle', role: 'admin' }],
      ['removeQuorumKey', { username: 'second' }],
      ['disableUser', { username: 'second' }],
      ['setQuorumValue', { service: 'backup', value: 1 }],
      ['setQuorumValue', { service: 'key-deletion', value: 1 }],
    ] as const;
    for (const [command, input] of attempts) {
      await assert.rejects(admin.call(command, input), needsApproval, command);
      const service = command === 'setQuorumValue' ? 'quorum' : 'user';
      const approval = await approvers.approval(admin, service, ['admin']);
      await assert.rejects(admin.call(command, { ...input, approval }), needsTwo, command);
    }

    // An admin who had no key, and a crypto user for key deletions.
    for (const [username, role] of [
      ['idle', 'admin'],
      ['user', 'crypto-user'],
    ] as const) {
      const accomplice = await logIn(cluster, address, { username, role, password });
      const registration = await new Approvers().registration(accomplice, username);
      await assert.rejects(accomplice.call('registerQuorumKey', registration), needsApproval);
      accomplice.close();
    }
    const { users } = await admin.call('listUsers', {});
    assert.deepEqual(
      users.filter(({ approver }) => approver).map(({ username }) => username),
      ['admin', 'second'],
    );
    // Ordinary users are still a matter of the service `user`.
    await admin.call('createUser', { username: 'app', role: 'crypto-user', password });
    admin.close();
  });
});
