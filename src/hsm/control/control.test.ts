import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { after, test } from 'node:test';
import { until } from '../../../test/support/until.ts';
import { SecretText, silentLogger, systemClock } from '../../base/index.ts';
import { ControlChannel } from '../../cluster/control-channel.ts';
import {
  authority,
  CLUSTER_ID,
  emptyWorld,
  hsmWorld,
  refusedAs,
  USER_PASSWORD,
  type WorldHsm,
} from '../../../test/support/hsm/hsm-world.ts';
import { ControlService } from '../index.ts';
import type { HsmProvisioning } from '../wire/index.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const [first, second] = world.hsms as [WorldHsm, WorldHsm];

function provisioningFor(
  { folder, address }: WorldHsm,
  change: Partial<HsmProvisioning> = {},
): HsmProvisioning {
  return {
    hsmId: address.hsmId,
    clusterId: CLUSTER_ID,
    folder,
    host: '127.0.0.1',
    port: 0,
    mode: 'FIPS',
    first: false,
    clockOffset: 0,
    ...change,
  };
}

/** Tries to bring an HSM up in a folder, and stops it. */
async function tryProvisioning(provisioning: HsmProvisioning, passphrase?: string): Promise<void> {
  const [ours, theirs] = duplexPair();
  const secret = { passphrase: passphrase === undefined ? undefined : new SecretText(passphrase) };
  const service = new ControlService({
    channel: theirs,
    secret,
    clock: systemClock,
    log: silentLogger,
  });
  const channel = new ControlChannel(ours, () => undefined);
  try {
    await channel.call('birth', provisioning);
  } finally {
    channel.close();
    await service.stopped;
  }
}

test('an HSM comes back as it was: port, users, keys, peers', async () => {
  const user = await world.login('alice');
  const template = { encrypt: true, decrypt: true };
  const { handle: key } = await user.call('generateKey', { keyType: 'aes', length: 32, template });
  const aad = Buffer.alloc(0);
  const { ciphertext } = await user.call('encrypt', { key, plaintext: Buffer.from('kept'), aad });
  const { port } = first.address;
  await first.stop();
  await first.start();
  assert.equal(first.address.port, port);
  const again = await world.login('alice');
  assert.equal(
    Buffer.from((await again.call('decrypt', { key, ciphertext, aad })).plaintext).toString(),
    'kept',
  );
  await world.linked();
});

test('what happened while an HSM was away it knows before it lets anyone in', async () => {
  const bob = await world.login('bob');
  await bob.call('logout', {});
  await second.stop();
  const admin = await world.login('admin', 'admin');
  await admin.call('changePassword', {
    username: 'bob',
    role: 'crypto-user',
    password: 'changed-1',
  });
  await second.start();
  const connection = await world.connect(second);
  const login = { username: 'bob', role: 'crypto-user' } as const;
  await assert.rejects(
    connection.call('login', { ...login, password: USER_PASSWORD }),
    refusedAs('login-failed'),
  );
  await connection.call('login', { ...login, password: 'changed-1' });
});

test('two processes never work in one folder', async () => {
  await assert.rejects(
    tryProvisioning(provisioningFor(first)),
    refusedAs('internal', /another process uses this folder/),
  );
});

test('a folder serves only the HSM that it is of, and only under the secret that sealed it', async () => {
  await second.stop();
  await assert.rejects(
    tryProvisioning(provisioningFor(second, { hsmId: 'hsm-zzzzzzzzzzz' })),
    refusedAs('invalid-argument', /hsm-bbbbbbbbbbb/),
  );
  await assert.rejects(
    tryProvisioning(provisioningFor(second), 'a passphrase'),
    refusedAs('internal', /another secret/),
  );
  await second.start();
});

test('nothing readable of keys or passwords lies in an HSM’s folder', async () => {
  await world.linked();
  const user = await world.login('carol');
  await user.call('generateKey', {
    keyType: 'aes',
    length: 32,
    template: { label: 'label-in-clear' },
    minimumCopies: 1,
  });
  for (const name of readdirSync(first.folder)) {
    const content = readFileSync(join(first.folder, name));
    for (const text of ['label-in-clear', USER_PASSWORD, 'PRIVATE KEY'])
      assert.ok(!content.includes(text), `${name} holds ${text}`);
  }
});

test('status changes are pushed', async () => {
  await until('the first HSM sees the second', async () => first.status.linkedPeers.length === 1);
  await second.stop();
  await until('the first HSM sees it go', async () => first.status.linkedPeers.length === 0);
  await second.start();
});

test('a certificate that the customer’s CA did not sign for this cluster is refused', async () => {
  await using other = await emptyWorld();
  const hsm = await other.addHsm();
  const { clusterCsr } = hsm.status;
  assert.match(clusterCsr ?? '', /BEGIN CERTIFICATE REQUEST/);
  const trustAnchor = other.trustAnchor;
  const foreign = await authority('Another');
  for (const [clusterCertificate, reason] of [
    [trustAnchor, /not for this cluster's key/],
    [foreign.certificate, /not for this cluster's key/],
    ['nonsense', /not for this cluster's key/],
  ] as const) {
    await assert.rejects(
      hsm.control.call('initialize', { clusterCertificate, trustAnchor }),
      refusedAs('invalid-argument', reason),
    );
  }
  assert.equal((await hsm.control.call('status', {})).lifecycle, 'uninitialized');
});

test('a cluster’s secrets go to genuine hardware only, and only to the HSM they are meant for', async () => {
  const impostor = await authority('Impostor');
  const order = { hardwareCertificate: impostor.certificate, hsmId: 'hsm-x' };
  await assert.rejects(
    first.control.call('exportClone', order),
    refusedAs('invalid-argument', /manufacturer/),
  );
  await assert.rejects(
    first.control.call('importClone', { sealed: Buffer.alloc(200) }),
    refusedAs('wrong-lifecycle'),
  );
});

test('an HSM whose port was taken meanwhile listens on another, and goes on there', async () => {
  await using other = await hsmWorld(1);
  const { address } = other.first;
  await other.first.stop();
  const thief = createServer();
  thief.listen(address.port, address.host);
  await once(thief, 'listening');
  await other.first.start();
  const moved = other.first.address.port;
  assert.notEqual(moved, address.port);
  thief.close();
  await other.first.stop();
  await other.first.start();
  assert.equal(other.first.address.port, moved);
});
