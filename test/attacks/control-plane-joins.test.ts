/**
 * Attacks by somebody who holds the control plane and both of its authorities, at a guarded
 * cluster: they start HSMs under any ID, in any folder, and certify any key. Without the cluster's
 * admins, the cluster must accept none of these HSMs.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { formatFingerprint } from '../../src/hsm/wire/index.ts';
import { refusedAs } from '../support/hsm/hsm-world.ts';
import {
  controlPlaneWorld,
  type ControlPlaneWorld,
  type HsmInHand,
} from '../support/hsm/control-plane-world.ts';
import { until } from '../support/until.ts';

const admissionRequired = refusedAs('admission-required');
const notAMember = refusedAs('not-a-member');
const place = { host: '127.0.0.1', zone: 'us-east-1a' };

/** Recovery of a guarded cluster with one holder. */
function guarded() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const holder = { name: 'owner', publicKey: publicKey.export({ type: 'spki', format: 'pem' }) };
  return { guarded: true, recovery: { holders: [holder], threshold: 1 } } as const;
}

describe('a control plane, at a guarded cluster', () => {
  let world: ControlPlaneWorld;
  let first: HsmInHand;
  let second: HsmInHand;
  /** The clone with which the second HSM joined. */
  let clone: Uint8Array;
  let members: readonly HsmInHand[];

  before(async () => {
    world = await controlPlaneWorld();
    first = await world.found('hsm-first', guarded());
    second = await world.start('hsm-second');
    await assert.rejects(world.join(first, second), admissionRequired);
    await admit(second);
    clone = await world.cloneFor(first, second);
    await second.control.call('importClone', { sealed: clone });
    members = [first, second];
    await world.tellPeers(members);
    await world.linked(members);
  });
  after(() => world?.[Symbol.asyncDispose]());

  async function admit(hsm: HsmInHand): Promise<void> {
    const admin = await world.admin(first);
    const { fingerprint } = await hsm.status();
    await admin.call('admitHsm', { hsmId: hsm.address.hsmId, fingerprint });
    admin.close();
  }

  /** Asserts that no member lets the HSM in, although it is certified and listed as a peer. */
  async function staysOut(hsm: HsmInHand, reason: (error: unknown) => boolean): Promise<void> {
    for (const member of [first, second]) {
      await assert.rejects(world.join(member, hsm), reason);
      await assert.rejects(world.cloneFor(member, hsm), reason);
    }
    assert.equal((await hsm.status()).lifecycle, 'uninitialized');
  }

  it('gets no clone for a new HSM, which waits with the fingerprint of its console', async () => {
    const third = await world.start('hsm-third');
    await staysOut(third, admissionRequired);
    const { fingerprint } = await third.status();
    await until('its console shows its fingerprint', async () =>
      third.console().includes(formatFingerprint(fingerprint)),
    );
    for (const member of members) {
      const admin = await world.admin(member);
      const { waiting } = await admin.call('listMembers', {});
      assert.deepEqual(
        waiting.map(({ requestedAt: _time, ...rest }) => rest),
        [{ hsmId: 'hsm-third', fingerprint, ...place }],
      );
      assert.deepEqual((await member.status()).waiting, ['hsm-third']);
      admin.close();
    }
    await third.end();
  });

  it('can use an admission only for the HSM and the hardware key that it names', async () => {
    const admitted = await world.start('hsm-fourth');
    await assert.rejects(world.join(first, admitted), admissionRequired);
    const admin = await world.admin(first);
    const other = { hsmId: 'hsm-fourth', fingerprint: (await first.status()).fingerprint };
    await assert.rejects(
      admin.call('admitHsm', other),
      refusedAs('invalid-argument', /another fingerprint/),
    );
    admin.close();
    await admit(admitted);
    const impostor = await world.start('hsm-fourth', { folder: world.newFolder() });
    await staysOut(impostor, admissionRequired);
    const sameKey = await world.certify(admitted);
    await assert.rejects(
      first.control.call('exportClone', {
        hsmId: 'hsm-fifth',
        hardwareCertificate: sameKey,
        ...place,
      }),
      admissionRequired,
    );
    await first.control.call('removeMember', { hsmId: 'hsm-fourth' });
    await staysOut(admitted, admissionRequired);
    await Promise.all([admitted.end(), impostor.end()]);
  });

  it('can’t keep an admission for later: the admins withdraw it before the HSM joins', async () => {
    const late = await world.start('hsm-late');
    await assert.rejects(world.join(first, late), admissionRequired);
    await admit(late);
    const admin = await world.admin(first);
    await admin.call('removeHsm', { hsmId: 'hsm-late' });
    admin.close();
    await staysOut(late, notAMember);
    await late.end();
  });

  it('can’t replace a member by an HSM with its ID in another folder or on another host', async () => {
    const impostor = await world.start('hsm-second', { folder: world.newFolder() });
    await staysOut(impostor, notAMember);
    await assert.rejects(
      impostor.control.call('importClone', { sealed: clone }),
      refusedAs('invalid-argument', /not for this HSM/),
    );
    const certificate = await world.certify(second);
    const again = await first.control.call('exportClone', {
      hsmId: 'hsm-second',
      hardwareCertificate: certificate,
      ...place,
    });
    await assert.rejects(
      impostor.control.call('importClone', again),
      refusedAs('invalid-argument', /not for this HSM/),
    );
    await first.control.call('setPeers', { peers: [impostor.address] });
    await impostor.control.call('setPeers', { peers: [first.address] });
    await until(
      'the member is not linked',
      async () => (await first.status()).linkedPeers.length === 0,
    );
    await impostor.end();
    await world.tellPeers(members);
    await world.linked(members);
  });

  it('can’t make an admitted HSM create users before it has the cluster’s', async () => {
    const joining = await world.start('hsm-sixth');
    await assert.rejects(world.join(first, joining), admissionRequired);
    await admit(joining);
    await world.join(first, joining);
    await joining.end();
    const again = await world.start('hsm-sixth', { first: true });
    const { lifecycle, userCount, synchronized } = await again.status();
    assert.deepEqual([lifecycle, userCount, synchronized], ['active', 0, false]);
    const attacker = await world.connect(again);
    await assert.rejects(
      attacker.call('activate', { password: 'of-the-attacker' }),
      refusedAs('wrong-lifecycle'),
    );
    await again.end();
    await first.control.call('removeMember', { hsmId: 'hsm-sixth' });
  });

  it('can’t let an HSM join that has records of its own', async () => {
    const own = await world.start('hsm-seventh', { first: true });
    await assert.rejects(world.join(first, own), admissionRequired);
    await admit(own);
    const sealed = await world.cloneFor(first, own);
    await assert.rejects(
      own.control.call('importClone', { sealed }),
      refusedAs('wrong-lifecycle', /already belongs/),
    );
    await own.end();
    await first.control.call('removeMember', { hsmId: 'hsm-seventh' });
  });

  it('can’t bring a removed member back, with its own folder or another', async () => {
    await first.control.call('removeMember', { hsmId: 'hsm-second' });
    await until('the removed HSM knows', async () =>
      /removed/.test((await second.status()).trouble ?? ''),
    );
    await second.end();
    const back = await world.start('hsm-second', { folder: second.folder });
    await back.control.call('setPeers', { peers: [first.address] });
    await assert.rejects(
      first.control.call('exportClone', {
        hsmId: 'hsm-second',
        hardwareCertificate: await world.certify(back),
        ...place,
      }),
      notAMember,
    );
    const other = await world.start('hsm-second', { folder: world.newFolder() });
    await assert.rejects(world.join(first, other), notAMember);
    assert.deepEqual((await first.status()).linkedPeers, []);
    assert.deepEqual((await back.status()).linkedPeers, []);
  });
});
