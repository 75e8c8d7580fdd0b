/**
 * Attacks by somebody who holds the control plane and both of its authorities, at a new HSM that
 * its owner knows by its fingerprint and is about to trust: with recovery shares, or a cluster.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import {
  createAuthority,
  exportPrivateKey,
  makeKeyPair,
  randomBytes,
  readCertificate,
  sealBox,
  verifySha256,
} from '../../src/crypto/index.ts';
import { connectHsm, type HsmConnection } from '../../src/hsm/client/index.ts';
import { packValue, type Peer } from '../../src/hsm/wire/index.ts';
import { controlPlaneWorld, type HsmInHand } from '../support/hsm/control-plane-world.ts';
import { CLUSTER_ID } from '../support/hsm/one-hsm-world.ts';
import { refusedAs } from '../support/hsm/hsm-world.ts';
import { ownCluster } from '../support/own-cluster.ts';
import { startWorld } from '../support/world.ts';

const world = await controlPlaneWorld();
after(() => world[Symbol.asyncDispose]());
const attacker = makeKeyPair();
const clusterCertificate = await createAuthority(
  attacker,
  { CN: 'attacker' },
  { notBefore: 0, notAfter: Date.UTC(2100, 0) },
);
/** The keys of a cluster that the attacker holds. */
const cluster = {
  clusterId: CLUSTER_ID,
  clusterKey: exportPrivateKey(attacker.privateKey),
  maskingKey: randomBytes(32),
  clusterCertificate,
  trustAnchor: clusterCertificate,
};
const eve = {
  kind: 'user',
  id: 'eve',
  version: [1_000, 'attacker.run'],
  deleted: false,
  body: { role: 'admin' },
};

/** Returns whether the HSM with this certificate is proven to be the other end. */
async function isProven(connection: HsmConnection, certificate: string): Promise<boolean> {
  const { hardwareCertificate, proof } = await connection.call('describeHardware', {});
  assert.equal(hardwareCertificate, certificate);
  const hardware = readCertificate(certificate) ?? assert.fail();
  return verifySha256(hardware.publicKey, connection.hardwareStatement, proof);
}

/** Terminates TLS with a key of the attacker, and passes everything on to an HSM. */
async function relay({ hsmId, host, port }: Peer): Promise<Peer & AsyncDisposable> {
  const { clusterKey: key, clusterCertificate: cert } = cluster;
  const server = createServer({ key, cert, minVersion: 'TLSv1.3' }, (client) => {
    const hsm = connect({ host, port, rejectUnauthorized: false });
    client.pipe(hsm).pipe(client);
    for (const socket of [client, hsm]) socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    hsmId,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

/** Offers a clone that the attacker has made to an HSM. */
async function offer(hsm: HsmInHand, clone: object): Promise<void> {
  const { publicKey } = readCertificate(await world.certify(hsm)) ?? assert.fail();
  const binding = Buffer.from(`clone/${CLUSTER_ID}/${hsm.address.hsmId}`);
  await hsm.control.call('importClone', { sealed: sealBox(publicKey, packValue(clone), binding) });
}

describe('a control plane, at a new HSM that its owner is about to trust', () => {
  it('can’t pose as that HSM by passing on its proof', async () => {
    const hsm = await world.start('hsm-relayed', { first: true });
    const certificate = await world.certify(hsm);
    const direct = await connectHsm(hsm.address, { trustAnchor: undefined });
    assert.equal(await isProven(direct, certificate), true);
    direct.close();
    await using between = await relay(hsm.address);
    const relayed = await connectHsm(between, { trustAnchor: undefined });
    assert.equal(await isProven(relayed, certificate), false);
    relayed.close();
  });

  it('can’t plant users, keys or a recovery key in an HSM that then looks new', async () => {
    const hsm = await world.start('hsm-planted');
    for (const members of [[eve], [{ ...eve, kind: 'setting', id: 'recovery' }]])
      await assert.rejects(
        offer(hsm, { identity: cluster, members }),
        refusedAs('invalid-argument'),
      );
    for (const left of ['clusterKey', 'clusterCertificate', 'trustAnchor', 'maskingKey'] as const) {
      const { [left]: _left, ...identity } = cluster;
      await assert.rejects(offer(hsm, { identity, members: [] }), refusedAs('invalid-argument'));
    }
    const { lifecycle, userCount } = await hsm.status();
    assert.deepEqual([lifecycle, userCount], ['uninitialized', 0]);
  });

  it('gets no certificate of its hardware key for a cluster key that others hold', async () => {
    const hsm = await world.start('hsm-cloned');
    await offer(hsm, { identity: { ...cluster, hardwareKey: cluster.clusterKey }, members: [] });
    await world.certify(hsm);
    const { lifecycle, hsmCertificate, fingerprint } = await hsm.status();
    assert.deepEqual([lifecycle, hsmCertificate], ['active', undefined]);
    await hsm.end();
    const again = await world.start('hsm-cloned');
    assert.equal((await again.status()).fingerprint, fingerprint);
  });

  it('gets no cluster activated at another HSM than the one that the owner pins', async () => {
    await using installation = await startWorld();
    const activation = ['--fingerprint', '51c4'.repeat(16)];
    await assert.rejects(
      ownCluster(installation, { zones: ['a'], activation }),
      /not the one in --fingerprint; nothing was sent/,
    );
  });
});
