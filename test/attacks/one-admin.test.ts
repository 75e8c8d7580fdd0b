/** Attacker: one HSM admin, with every means that an admin has to become several. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { after, test } from 'node:test';
import { fingerprintOf, readCertificate, readRecipientKey } from '../../src/crypto/index.ts';
import type { HsmConnection } from '../../src/hsm/client/index.ts';
import {
  recoveryRequestText,
  type Approval,
  type RecoveryOrder,
} from '../../src/hsm/wire/index.ts';
import { emptyWorld, hsmWorld, refusedAs, type HsmWorld } from '../support/hsm/hsm-world.ts';
import { recoveryHolders } from '../support/hsm/recovery-world.ts';

const mallory = recoveryHolders(['mallory'], 1);
const keys = new Map<string, KeyObject>();

async function register(user: HsmConnection, username: string): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  keys.set(username, privateKey);
  const { approvalData } = await user.call('generateQuorumToken', { service: 'registration' });
  await user.call('registerQuorumKey', {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    approvalData,
    signature: sign('sha256', approvalData, privateKey),
  });
}

async function approvalBy(user: HsmConnection, names: readonly string[]): Promise<Approval> {
  const { approvalData } = await user.call('generateQuorumToken', { service: 'quorum' });
  const signatures = names.map((username) => {
    const key = keys.get(username);
    assert.ok(key);
    return { username, signature: sign('sha256', approvalData, key) };
  });
  return { approvalData, signatures };
}

/** The text that the customer's CA signs. */
async function requestFor(
  { first }: HsmWorld,
  admin: HsmConnection,
  { holders, threshold }: RecoveryOrder,
  clusterId = admin.info.clusterId,
): Promise<Buffer> {
  const { clusterCertificate = '' } = await first.control.call('status', {});
  const certificate = readCertificate(clusterCertificate);
  assert.ok(certificate);
  const { recovery } = await admin.call('describeRecovery', {});
  return Buffer.from(
    recoveryRequestText({
      clusterId,
      clusterKey: fingerprintOf(certificate.publicKey),
      replaces: recovery?.keyId,
      threshold,
      holders: holders.map(({ name, publicKey }) => ({
        name,
        fingerprint: fingerprintOf(readRecipientKey(publicKey)),
      })),
    }),
  );
}

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const admin = await world.login('admin', 'admin');

test('an admin cannot export a cluster that has no recovery holders', async () => {
  for (const input of [{}, { passphrase: 'correct horse battery staple' }])
    await assert.rejects(
      admin.call('exportBackup', input),
      refusedAs('wrong-lifecycle', /recovery reissue/),
    );
});

test('an admin who makes more admins and a quorum of them cannot become a recovery holder', async () => {
  const signature = sign('sha256', Buffer.from('nothing'), makeKey());
  await assert.rejects(
    admin.call('reissueRecovery', { ...mallory.order, signature }),
    refusedAs('not-permitted', /customer's CA/),
  );
  await admin.call('createUser', { username: 'puppet', role: 'admin', password: 'puppet-pw-1' });
  const puppet = await world.connect();
  await puppet.call('login', { username: 'puppet', role: 'admin', password: 'puppet-pw-1' });
  await register(admin, 'admin');
  await register(puppet, 'puppet');
  for (const service of ['user', 'backup'] as const)
    await admin.call('setQuorumValue', { service, value: 2 });
  await assert.rejects(
    admin.call('reissueRecovery', { ...mallory.order, signature }),
    refusedAs('quorum-required'),
  );
  const approval = await approvalBy(admin, ['admin', 'puppet']);
  await assert.rejects(
    admin.call('reissueRecovery', { ...mallory.order, signature, approval }),
    refusedAs('not-permitted', /customer's CA/),
  );
  await assert.rejects(admin.call('exportBackup', {}), refusedAs('quorum-required'));
});

test('the customer’s CA appoints recovery holders, for one cluster and once per signature', async () => {
  await using own = await emptyWorld();
  await own.addHsm();
  await own.claim();
  await own.addHsm();
  const owner = await own.login('admin', 'admin');
  const friends = recoveryHolders(['anna', 'ben'], 2);
  const signature = own.signAsCustomer(await requestFor(own, owner, friends.order));
  await assert.rejects(
    owner.call('reissueRecovery', { ...mallory.order, signature }),
    refusedAs('not-permitted'),
  );
  await assert.rejects(
    owner.call('reissueRecovery', { ...friends.order, threshold: 1, signature }),
    refusedAs('not-permitted'),
  );
  const related = await requestFor(own, owner, friends.order, 'cluster-bbbbbbbbbbb');
  await assert.rejects(
    owner.call('reissueRecovery', { ...friends.order, signature: own.signAsCustomer(related) }),
    refusedAs('not-permitted'),
    'a related cluster has the same cluster key',
  );
  const issued = await owner.call('reissueRecovery', { ...friends.order, signature });
  assert.equal(friends.open(issued).length, 2);
  await assert.rejects(
    owner.call('reissueRecovery', { ...friends.order, signature }),
    refusedAs('not-permitted'),
    'the signature is used up',
  );
  // The other HSM has the new key, too.
  const elsewhere = await own.login('admin', 'admin', own.hsms[1]);
  const { recovery } = await elsewhere.call('describeRecovery', {});
  assert.equal(recovery?.keyId, issued.keyId);
  await elsewhere.call('exportBackup', {});
});

function makeKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
