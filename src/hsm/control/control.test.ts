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

/** Tries to provision an HSM in a folder, then stops it. */
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

test('a restarted HSM keeps its port, users, keys and peers', async () => {
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

test('a restarted HSM catches up with its peers before it accepts logins', async () => {
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

test('two processes cannot use one folder', async () => {
  await assert.rejects(
    tryProvisioning(provisioningFor(first)),
    refusedAs('internal', /another process uses this folder/),
  );
});

test('a folder opens only for its own HSM and under its own secret', async () => {
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

test('an HSM’s folder contains no plaintext of keys or passwords', async () => {
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

test('a certificate that the customer’s CA did not sign for this cluster is rejected', async () => {
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

test('a clone opens only in genuine hardware, and only in the intended HSM', async () => {
  const impostor = await authority('Impostor');
  const place = { host: '127.0.0.1', zone: '' };
  const order = { hardwareCertificate: impostor.certificate, hsmId: 'hsm-x', ...place };
  await assert.rejects(
    first.control.call('exportClone', order),
    refusedAs('invalid-argument', /manufacturer/),
  );
  await assert.rejects(
    first.control.call('importClone', { sealed: Buffer.alloc(200) }),
    refusedAs('wrong-lifecycle'),
  );
});

test('an HSM whose previous port is taken listens on another one', async () => {
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
