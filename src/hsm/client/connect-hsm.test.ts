import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  connectHsm,
  HsmUnreachableError,
  type ConnectOptions,
  type HsmConnection,
  type UnreachableCause,
} from './index.ts';
import { HsmError } from '../wire/index.ts';
import {
  customerCa,
  startScriptedHsm,
  type CustomerCa,
  type Script,
} from '../../../test/support/hsm/scripted-hsm-world.ts';

let ca: CustomerCa;
let otherCa: CustomerCa;

before(async () => {
  [ca, otherCa] = await Promise.all([customerCa(), customerCa()]);
});

const isUnreachable = (reason: UnreachableCause, maybeDone?: boolean) => (error: unknown) =>
  error instanceof HsmUnreachableError &&
  error.reason === reason &&
  (maybeDone === undefined || error.maybeDone === maybeDone);

async function withHsm(
  script: Script,
  work: (connection: HsmConnection) => Promise<void>,
  options: Partial<ConnectOptions> = {},
) {
  const hsm = await startScriptedHsm(ca, 'hsm-a', script);
  let connection: HsmConnection | undefined;
  try {
    connection = await connectHsm(hsm.address, {
      trustAnchor: ca.certificate,
      timeout: 200,
      ...options,
    });
    await work(connection);
  } finally {
    connection?.close();
    await hsm.stop();
  }
}

const encryption = { key: '01', plaintext: Buffer.from('p'), aad: Buffer.alloc(0) };

describe('connecting to an HSM', () => {
  test('returns the info and certificate of the HSM', () =>
    withHsm({}, async ({ info, clusterCertificate }) => {
      assert.equal(info.hsmId, 'hsm-a');
      assert.match(clusterCertificate, /^-----BEGIN CERTIFICATE-----/);
    }));

  test('rejects a certificate that the trust anchor did not sign', async () => {
    await assert.rejects(
      withHsm({}, async () => undefined, { trustAnchor: otherCa.certificate }),
      isUnreachable('untrusted'),
    );
  });

  for (const trustAnchor of ['', 'not a certificate']) {
    test(`does not fall back to public authorities if the trust anchor is "${trustAnchor}"`, async () => {
      await assert.rejects(
        withHsm({}, async () => undefined, { trustAnchor }),
        isUnreachable('untrusted'),
      );
    });
  }

  test('trusts only the first certificate of a trust anchor file', async () => {
    await assert.rejects(
      withHsm({}, async () => undefined, {
        trustAnchor: `${otherCa.certificate}\n${ca.certificate}`,
      }),
      isUnreachable('untrusted'),
    );
  });

  test('sends nothing to an HSM that does not present the cluster certificate', async () => {
    for (const clusterCertificate of [otherCa.certificate, 'not a certificate'])
      await assert.rejects(
        withHsm({}, async () => undefined, { trustAnchor: ca.certificate, clusterCertificate }),
        isUnreachable('untrusted'),
      );
  });

  test('sends no secret to an HSM without a verified certificate', async () => {
    await withHsm(
      {},
      async (connection) => {
        assert.ok(await connection.call('info', {}));
        await assert.rejects(
          connection.call('login', { username: 'u', role: 'admin', password: 'secret' }),
          isUnreachable('untrusted'),
        );
      },
      { trustAnchor: undefined },
    );
  });

  test('rejects an HSM with an unexpected ID', async () => {
    await assert.rejects(
      withHsm({ hello: () => ({ version: 1, info: { hsmId: 'hsm-b' } }) }, async () => undefined),
      isUnreachable('protocol'),
    );
  });

  test('fails with unsupported-version if there is no common version', async () => {
    await assert.rejects(
      withHsm({ hello: () => new HsmError('unsupported-version') }, async () => undefined),
      (error) => error instanceof HsmError && error.code === 'unsupported-version',
    );
  });

  for (const [answer, reason] of [
    ['garbage', 'protocol'],
    ['hang up', 'closed'],
    ['silence', 'timeout'],
  ] as const) {
    test(`fails as ${reason} if hello is answered with ${answer}`, async () => {
      await assert.rejects(
        withHsm({ hello: () => answer }, async () => undefined),
        isUnreachable(reason),
      );
    });
  }

  test('fails as refused if the port is closed', async () => {
    const hsm = await startScriptedHsm(ca, 'hsm-a');
    await hsm.stop();
    await assert.rejects(
      connectHsm(hsm.address, { trustAnchor: ca.certificate }),
      isUnreachable('refused'),
    );
  });
});

describe('connecting to a server without TLS', () => {
  const server = createServer((socket) =>
    socket.on('error', () => undefined).on('data', () => speak(socket)),
  );
  let speak: (socket: Socket) => void = () => undefined;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  const attempt = (): Promise<HsmConnection> =>
    connectHsm(
      { hsmId: '', host: '127.0.0.1', port: (server.address() as AddressInfo).port },
      { trustAnchor: ca.certificate, timeout: 200 },
    );

  test('fails as protocol if it sends something else', async () => {
    speak = (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    await assert.rejects(attempt(), isUnreachable('protocol'));
  });

  test('times out if it sends nothing', async () => {
    speak = () => undefined;
    await assert.rejects(attempt(), isUnreachable('timeout'));
  });

  test('fails as closed if it hangs up', async () => {
    speak = (socket) => socket.destroy();
    await assert.rejects(attempt(), isUnreachable('closed'));
  });
});

describe('calls on one connection', () => {
  test('may be answered in any order', () => {
    const gates = new Map<number, () => void>();
    const random = async ({ length }: Record<string, unknown>) => {
      await new Promise<void>((resolve) => gates.set(Number(length), resolve));
      if (length === 2) gates.get(1)?.();
      return { bytes: Buffer.alloc(Number(length)) };
    };
    return withHsm({ random }, async (connection) => {
      const answered: number[] = [];
      const calls = [1, 2].map(async (length) =>
        answered.push((await connection.call('random', { length })).bytes.length),
      );
      assert.equal(connection.inFlight, 2);
      while (gates.size < 2) await new Promise(setImmediate);
      gates.get(2)?.();
      await Promise.all(calls);
      assert.deepEqual(answered, [2, 1]);
      assert.equal(connection.inFlight, 0);
    });
  });

  test('fail with the error of the HSM', () =>
    withHsm({ encrypt: () => new HsmError('key-not-found', 'no such key') }, async (connection) => {
      await assert.rejects(connection.call('encrypt', encryption), {
        name: 'HsmError',
        code: 'key-not-found',
        message: 'no such key',
      });
    }));

  test('time out individually while others are answered', () =>
    withHsm({ encrypt: () => 'silence' }, async (connection) => {
      const chatter = setInterval(
        () => void connection.call('info', {}).catch(() => undefined),
        20,
      );
      try {
        await assert.rejects(
          connection.call('encrypt', encryption),
          isUnreachable('timeout', true),
        );
        assert.ok(await connection.call('info', {}));
      } finally {
        clearInterval(chatter);
      }
    }));

  test('all fail if the HSM is silent, and later ones were certainly not executed', () =>
    withHsm({ encrypt: () => 'silence' }, async (connection) => {
      const calls = [
        connection.call('encrypt', encryption),
        connection.call('encrypt', encryption),
      ];
      for (const call of calls) await assert.rejects(call, isUnreachable('timeout', true));
      assert.equal((await connection.closed).reason, 'timeout');
      await assert.rejects(connection.call('encrypt', encryption), isUnreachable('timeout', false));
    }));

  for (const [answer, reason] of [
    ['garbage', 'protocol'],
    ['malformed error', 'protocol'],
    ['hang up', 'closed'],
  ] as const) {
    test(`may have been executed if the answer is ${answer}`, () =>
      withHsm({ encrypt: () => answer }, async (connection) => {
        await assert.rejects(connection.call('encrypt', encryption), isUnreachable(reason, true));
        assert.equal((await connection.closed).reason, reason);
      }));
  }

  test('that are too long for a frame are rejected and leave the connection usable', () =>
    withHsm({}, async (connection) => {
      await assert.rejects(
        connection.call('encrypt', { ...encryption, plaintext: Buffer.alloc(2 * 1024 * 1024) }),
      );
      assert.equal(connection.inFlight, 0);
      assert.ok(await connection.call('info', {}));
    }));
});
