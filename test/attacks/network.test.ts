/** Attacks by a client that can reach a port and has no credentials. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer } from 'node:tls';
import { CreateKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { SecretText, silentLogger, systemClock } from '../../src/base/index.ts';
import { createCsr, exportPrivateKey, makeKeyPair } from '../../src/crypto/index.ts';
import { signRequest } from '../../src/sigv4/index.ts';
import { logInAsKmsUser } from '../../src/keystores/cloudhsm/connect.ts';
import type { CustomerCa } from '../support/customer-ca.ts';
import { asAdmin, ownCluster } from '../support/own-cluster.ts';
import { awsFiles } from '../support/aws-files.ts';
import { childrenOf, needsProc } from '../support/hsm-process.ts';
import { presign } from '../support/presign.ts';
import { auditEvents, startWorld } from '../support/world.ts';

/** Returns the native add-ons of packages that a process has mapped. */
function nativeAddOns(pid: number): string[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('.node'));
}

/** A TLS server with a certificate of the customer's CA that is not the cluster's. */
async function otherServer(ca: CustomerCa) {
  const keys = makeKeyPair();
  const certificate = await ca.sign(await createCsr(keys, { CN: 'intranet.example.com' }));
  let bytes = 0;
  const server = createServer({ key: exportPrivateKey(keys.privateKey), cert: certificate });
  server.on('secureConnection', (socket) => {
    socket.on('data', (data) => (bytes += data.length)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    certificate,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    received: () => bytes,
    [Symbol.dispose]: () => void server.close(),
  };
}

describe('a client on the network', () => {
  it(
    'never reaches a native add-on: neither the front end nor an HSM maps one',
    {
      skip: needsProc,
    },
    async () => {
      await using world = await startWorld();
      const { pid } = world.server.process;
      assert.ok(pid !== undefined);
      const hsms = childrenOf(pid);
      assert.ok(hsms.length > 0, 'the managed HSM is a child process');
      for (const process of [pid, ...hsms]) assert.deepEqual(nativeAddOns(process), []);
    },
  );

  it('can use a recorded presigned URL for 15 minutes, whatever the URL says', async () => {
    await using world = await startWorld();
    await world.kms.send(new CreateKeyCommand({}));
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.ListKeys',
    };
    const send = (minutesAgo: number, expires: number | undefined): Promise<Response> => {
      const url = presign({
        endpoint: world.server.endpoint,
        service: 'kms',
        region: world.region,
        credentials: awsFiles(world.data).credentials,
        headers,
        body: '{}',
        signedAt: Date.now() - minutesAgo * 60_000,
        expires,
      });
      return fetch(url, { method: 'POST', headers, body: '{}' });
    };
    for (const expires of [undefined, 900, 604_800]) {
      assert.equal((await send(10, expires)).status, 200, `${expires} s after 10 minutes`);
      const late = await send(16, expires);
      assert.match(await late.text(), /InvalidSignatureException.*Signature expired/);
    }
    assert.equal((await send(4, 300)).status, 200);
    assert.match(await (await send(6, 300)).text(), /Signature expired/);
  });

  it('leaves a record of requests that it sends unsigned, wrongly signed or malformed, of bounded size', async () => {
    await using world = await startWorld();
    const { endpoint } = world.server;
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.ListKeys',
    };
    const signed = presign({
      endpoint,
      service: 'kms',
      region: world.region,
      credentials: { ...awsFiles(world.data).credentials, secretAccessKey: 'guessed' },
      headers,
      body: '{}',
      signedAt: Date.now(),
      expires: 60,
    });
    const sent = [endpoint, endpoint, endpoint, signed, signed];
    for (const url of sent) {
      const response = await fetch(url, { method: 'POST', headers, body: '{}' });
      assert.equal(response.status, 400);
      await response.text();
    }
    const before = auditEvents(world.data).filter(({ eventName }) => eventName === 'ListKeys');
    await world.stop();
    const summaries = auditEvents(world.data).filter(
      ({ eventName }) => eventName === 'RejectRequests',
    );
    const details = summaries.map(
      (event) =>
        event['serviceEventDetails'] as {
          count: number;
          reasons: Record<string, number>;
          sourceIPAddresses: Record<string, number>;
        },
    );
    assert.equal(before.length, 0, 'no record of its own for a request without a caller');
    assert.ok(summaries.length <= 2, 'one record per minute');
    const sum = (counts: readonly (number | undefined)[]): number =>
      counts.reduce<number>((total, count = 0) => total + count, 0);
    assert.equal(sum(details.map(({ count }) => count)), sent.length);
    for (const [reason, count] of [
      ['MissingAuthenticationTokenException', 3],
      ['InvalidSignatureException', 2],
    ] as const)
      assert.equal(sum(details.map(({ reasons }) => reasons[reason])), count, reason);
    assert.deepEqual(
      [...new Set(details.flatMap(({ sourceIPAddresses }) => Object.keys(sourceIPAddresses)))],
      ['127.0.0.1'],
    );
  });

  it('cannot hide its address by resetting the connection while the server is busy', async () => {
    await using world = await startWorld();
    const { host, hostname, port } = new URL(world.server.endpoint);
    const headers = {
      host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.CreateKey',
    };
    const { accessKeyId, secretAccessKey } = awsFiles(world.data).credentials;
    const signed = signRequest({
      method: 'POST',
      path: '/',
      query: '',
      headers,
      body: '{}',
      region: world.region,
      service: 'kms',
      now: Date.now(),
      credentials: { accessKeyId, secretAccessKey: new SecretText(secretAccessKey) },
    });
    const { pid } = world.server.process;
    assert.ok(pid !== undefined);
    for (const sent of [signed, headers]) {
      const lines = Object.entries(sent).map(([name, value]) => `${name}: ${String(value)}`);
      process.kill(pid, 'SIGSTOP');
      try {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        await new Promise<unknown>((resolve) =>
          socket.write(
            ['POST / HTTP/1.1', ...lines, 'content-length: 2', '', '{}'].join('\r\n'),
            resolve,
          ),
        );
        socket.resetAndDestroy();
        await once(socket, 'close');
        // Loopback delivers the reset at once.
        await pause(10);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    }
    // The server accepts connections in order.
    await world.kms.send(new ListKeysCommand({}));
    await world.stop();
    for (const event of auditEvents(world.data)) {
      const { sourceIPAddresses = {} } = (event['serviceEventDetails'] ?? {}) as {
        sourceIPAddresses?: Record<string, number>;
      };
      const sources = [event['sourceIPAddress'], ...Object.keys(sourceIPAddresses)];
      assert.ok(!sources.includes(''), JSON.stringify(event));
    }
  });

  it("gets no password at an HSM's address with another certificate of the customer's CA", async () => {
    await using world = await startWorld();
    const cluster = await ownCluster(world, { zones: ['a'] });
    using other = await otherServer(cluster.ca);
    await assert.rejects(
      cluster.hsm(['user', 'list', '--hsm', `127.0.0.1:${other.port}`], asAdmin),
      /does not present the cluster certificate/,
    );
    const { Certificates } = await cluster.describe();
    const { ca } = cluster;
    const hsm = { hsmId: '', eniIp: '127.0.0.1', port: other.port, state: 'ACTIVE' };
    const request = {
      keyStore: {
        trustAnchor: ca.certificate,
        clusterCertificate: Certificates?.ClusterCertificate,
      },
      cluster: { state: 'ACTIVE' },
      hsms: [hsm],
      passwords: [new SecretText('kmspassword1')],
      exclusive: true,
      clock: systemClock,
      log: silentLogger,
    };
    await assert.rejects(
      // Only the members that connecting uses.
      logInAsKmsUser(request as unknown as Parameters<typeof logInAsKmsUser>[0]),
      /does not present the cluster certificate/,
    );
    assert.equal(other.received(), 0, 'nothing was sent over the connection');
  });
});
