import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { silentLogger, systemClock } from '../../base/index.ts';
import { startApi, type ApiWorld } from '../../../test/support/api-world.ts';
import { certificateFiles } from './certificate-files.ts';
import { localCertificates, type LocalCertificates } from './local-certificates.ts';
import { isLoopback, watchCertificate, type TlsCredentials } from './tls.ts';

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'keyhold-tls-'));
after(() => rmSync(folder, { recursive: true }));

describe('HTTPS', () => {
  let certificates: LocalCertificates;
  let ca: string;
  let api: ApiWorld;
  before(async () => {
    certificates = await localCertificates(
      join(folder, 'tls'),
      ['localhost', '127.0.0.1', '::1', 'keys.example.org'],
      systemClock,
    );
    ca = readFileSync(certificates.authorityFile, 'utf8');
    api = await startApi(async () => ({}), { tls: await certificates.read() });
  });
  after(() => api?.[Symbol.asyncDispose]());

  async function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
    const socket = connect({ host: '127.0.0.1', port: api.port, ca, servername: '', ...options });
    await once(socket, 'secureConnect');
    socket.destroy();
    return socket;
  }
  const serial = async (): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: api.port, ca });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };

  it('is trusted under each of its names by clients that trust the CA, and by no others', async () => {
    for (const servername of ['localhost', 'keys.example.org']) await handshake({ servername });
    await handshake();
    await assert.rejects(handshake({ servername: 'other.example.org' }), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    await assert.rejects(handshake({ ca: [] }), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('serves requests', async () => {
    const answer = request({
      host: '127.0.0.1',
      port: api.port,
      path: '/healthz',
      ca,
      agent: false,
    }).end();
    const [response] = await once(answer, 'response');
    assert.equal(await text(response), 'ok\n');
  });

  it('supports TLS 1.2 and 1.3, and nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      await handshake({ minVersion: version, maxVersion: version });
    await assert.rejects(
      handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    );
  });

  it('uses post-quantum key agreement with clients that support it', async (context) => {
    if (Number.parseFloat(process.versions.openssl) < 3.5)
      return context.skip('this OpenSSL has no ML-KEM');
    await handshake({ ecdhCurve: 'X25519MLKEM768', minVersion: 'TLSv1.3' });
    await handshake({ ecdhCurve: 'X25519', minVersion: 'TLSv1.3' });
  });

  it('uses a new certificate for new connections, and keeps the old one if the new one is invalid', async () => {
    const files = [join(folder, 'own.pem'), join(folder, 'own.key')] as const;
    const write = ({ certificate, privateKey }: TlsCredentials): void => {
      writeFileSync(files[0], certificate);
      writeFileSync(files[1], privateKey);
    };
    const another = async (): Promise<TlsCredentials> =>
      (
        await localCertificates(join(folder, 'tls'), ['localhost', '127.0.0.1'], systemClock)
      ).read();
    write(await another());
    const source = certificateFiles(...files);
    const first = await serial();
    const renewed = async (): Promise<void> => {
      const done = Promise.withResolvers<void>();
      const stop = watchCertificate(
        source,
        (credentials) => {
          try {
            api.renew(credentials);
          } finally {
            done.resolve();
          }
        },
        silentLogger,
      );
      await done.promise;
      stop();
    };
    await renewed();
    const second = await serial();
    assert.notEqual(second, first);
    writeFileSync(files[1], (await another()).privateKey);
    await renewed();
    assert.equal(await serial(), second);
  });
});

describe('the local CA', () => {
  let now = systemClock.now();
  const clock = { now: () => now };
  const open = (): Promise<LocalCertificates> =>
    localCertificates(join(folder, 'local'), ['localhost'], clock);

  it('is created once, with a key file for its owner only', async () => {
    const { authorityFile } = await open();
    const created = readFileSync(authorityFile, 'utf8');
    await open();
    assert.equal(readFileSync(authorityFile, 'utf8'), created);
    assert.equal(statSync(join(folder, 'local', 'ca.key')).mode & 0o777, 0o600);
  });

  it('renews the server’s certificate a month before it expires', async () => {
    const certificates = await open();
    const first = await certificates.read();
    now += 59 * DAY_MS;
    assert.equal(await certificates.read(), first);
    now += 2 * DAY_MS;
    assert.notEqual((await certificates.read()).certificate, first.certificate);
  });
});

describe('isLoopback', () => {
  it('accepts addresses that only this machine can reach', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost'])
      assert.ok(isLoopback(host), host);
    for (const host of ['0.0.0.0', '::', '192.168.1.1', '', 'example.org', '::ffff:10.0.0.1'])
      assert.ok(!isLoopback(host), host);
  });
});
