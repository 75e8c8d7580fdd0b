import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  ADMIN_PASSWORD,
  hsmWorld,
  refusedAs,
  type HsmWorld,
} from '../../../test/support/hsm/hsm-world.ts';
import { until } from '../../../test/support/until.ts';
import type { HsmConnection } from '../client/index.ts';
import { formatFingerprint, parseFingerprint } from '../wire/index.ts';

describe('members of an ordinary cluster', () => {
  let world: HsmWorld;
  before(async () => {
    world = await hsmWorld(3);
  });
  after(() => world?.[Symbol.asyncDispose]());

  const statusAt = (index: number) => hsmAt(index).control.call('status', {});
  function hsmAt(index: number) {
    const hsm = world.hsms[index];
    assert.ok(hsm);
    return hsm;
  }

  it('are listed alike on all HSMs, each with the fingerprint of its hardware key', async () => {
    const expected = await Promise.all(
      world.hsms.map(async ({ address: { hsmId } }, index) => ({
        hsmId,
        fingerprint: (await statusAt(index)).fingerprint,
        admittedBy: world.first.address.hsmId,
      })),
    );
    for (const hsm of world.hsms) {
      const admin = await world.login('admin', 'admin', hsm);
      assert.equal(hsm.status.fingerprint, admin.info.fingerprint);
      const { guarded, members, waiting } = await admin.call('listMembers', {});
      assert.deepEqual([guarded, waiting], [false, []]);
      assert.deepEqual(
        members.map(({ hsmId, fingerprint, admittedBy }) => ({ hsmId, fingerprint, admittedBy })),
        expected,
      );
      admin.close();
    }
  });

  it('lose their links when an admin removes them, say so, serve no users, and stay removed', async () => {
    const removed = hsmAt(2);
    const { hsmId } = removed.address;
    const victim = await world.login('admin', 'admin', removed);
    const admin = await world.login('admin', 'admin');
    await assert.rejects(
      victim.call('removeHsm', { hsmId }),
      refusedAs('not-permitted', /cannot remove itself/),
    );
    await admin.call('removeHsm', { hsmId });
    await until('the others have no link to it', async () => {
      const statuses = await Promise.all([statusAt(0), statusAt(1)]);
      return statuses.every(({ linkedPeers }) => !linkedPeers.includes(hsmId));
    });
    await until('it knows that it was removed', async () =>
      /removed from its cluster/.test((await statusAt(2)).trouble ?? ''),
    );
    await victim.closed;
    await assert.rejects(world.login('admin', 'admin', removed), refusedAs('not-a-member'));
    assert.deepEqual((await statusAt(2)).linkedPeers, []);
    await until('the other two hold everything', async () => {
      const { on, of } = (await statusAt(0)).coverage;
      return on === 2 && of === 2;
    });
    await assert.rejects(
      admin.call('removeHsm', { hsmId }),
      refusedAs('invalid-argument', /not a member/),
    );
    await assert.rejects(
      world.first.control.call('requestAdmission', {
        hsmId,
        fingerprint: (await statusAt(2)).fingerprint,
        host: '127.0.0.1',
        zone: '',
      }),
      refusedAs('not-a-member'),
    );
  });

  it('reject an HSM that was away when it was removed, and it says why', async () => {
    const away = hsmAt(1);
    const { hsmId } = away.address;
    await away.stop();
    await world.first.control.call('removeMember', { hsmId });
    await away.start();
    await away.control.call('setPeers', { peers: [world.first.address] });
    await until('it says why it is rejected', async () =>
      /rejects this HSM: .* was removed/.test((await statusAt(1)).trouble ?? ''),
    );
    assert.deepEqual((await statusAt(1)).linkedPeers, []);
    assert.deepEqual((await statusAt(0)).coverage, { on: 1, of: 1 });
  });
});

describe('the quorum of a change to the list of members', () => {
  it('is the greater one of users and quorum values', async () => {
    await using world = await hsmWorld(2);
    const admin = await world.login('admin', 'admin');
    const password = ADMIN_PASSWORD;
    await admin.call('createUser', { username: 'deputy', role: 'admin', password });
    const deputy = await world.connect();
    await deputy.call('login', { username: 'deputy', role: 'admin', password });
    for (const user of [admin, deputy]) await registerKey(user);
    await admin.call('setQuorumValue', { service: 'quorum', value: 2 });
    const hsmId = world.hsms[1]?.address.hsmId ?? '';
    for (const change of [
      admin.call('removeHsm', { hsmId }),
      admin.call('admitHsm', { hsmId: 'hsm-x', fingerprint: '0'.repeat(64) }),
    ])
      await assert.rejects(change, refusedAs('quorum-required'));
    const { members } = await admin.call('listMembers', {});
    assert.equal(members.length, 2);
  });
});

/** Registers a key of the user to approve with. */
async function registerKey(user: HsmConnection): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { approvalData } = await user.call('generateQuorumToken', { service: 'registration' });
  await user.call('registerQuorumKey', {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    approvalData,
    signature: sign('sha256', approvalData, privateKey),
  });
}

it('a fingerprint is read with and without separators, in lower and upper case', () => {
  const hex = '0123456789abcdef'.repeat(4);
  const shown = formatFingerprint(hex);
  assert.match(shown, /^(?:[0-9a-f]{4}-){15}[0-9a-f]{4}$/);
  for (const text of [hex, shown, shown.toUpperCase(), hex.match(/../g)?.join(':') ?? ''])
    assert.equal(parseFingerprint(text), hex);
  for (const text of ['', hex.slice(1), `${hex}0`, hex.replace('0', 'g')])
    assert.equal(parseFingerprint(text), undefined);
});
