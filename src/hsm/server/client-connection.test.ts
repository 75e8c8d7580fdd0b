import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { after, test } from 'node:test';
import {
  assert as always,
  asyncProperty,
  constantFrom,
  object,
  string,
  uint8Array,
} from 'fast-check';
import { until } from '../../../test/support/until.ts';
import { hsmWorld, refusedAs, USER_PASSWORD } from '../../../test/support/hsm/hsm-world.ts';
import { commandTable } from '../commands/table.ts';
import {
  encodeFrame,
  FrameReader,
  HsmError,
  MAX_UNAUTHENTICATED_FRAME_BYTES,
  type CommandName,
} from '../wire/index.ts';

const world = await hsmWorld(1);
after(() => world[Symbol.asyncDispose]());

async function raw(): Promise<TLSSocket> {
  const { host, port } = world.first.address;
  const socket = connect({
    host,
    port,
    minVersion: 'TLSv1.3',
    ca: world.trustAnchor,
    checkServerIdentity: () => undefined,
  });
  await once(socket, 'secureConnect');
  return socket;
}

async function isUp(): Promise<void> {
  const connection = await world.connect();
  await connection.call('info', {});
  connection.close();
}

async function ended(socket: TLSSocket): Promise<void> {
  socket.resume().on('error', () => undefined);
  if (!socket.closed) await once(socket, 'close');
}

/** Returns everything that the HSM sends until there are `count` responses. */
async function answers(
  socket: TLSSocket,
  count: number,
): Promise<{ readonly id: number; readonly error?: { readonly code: string } }[]> {
  const reader = new FrameReader();
  const got: { id: number }[] = [];
  for await (const chunk of socket) {
    got.push(...(reader.feed(chunk as Buffer) as { id: number }[]));
    if (got.length >= count) return got;
  }
  return got;
}

test('data that is not the protocol closes the connection and has no other effect', async () => {
  const cases = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from([0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0, 0, 0, 1, 0xc1]),
    Buffer.from([0, 0, 0, 1, 0xc0]),
    Buffer.from([0, 0, 0, 2, 0xdf, 0xff]),
    encodeFrame({ id: -0.5, op: 'hello', in: {} }),
    encodeFrame({ id: 1, op: 7 as unknown as string, in: {} }),
    encodeFrame({
      id: 1,
      op: 'hello',
      in: { versions: [1], client: 'x'.repeat(MAX_UNAUTHENTICATED_FRAME_BYTES) },
    }),
  ];
  for (const bytes of cases) {
    const socket = await raw();
    socket.write(bytes);
    await ended(socket);
  }
  await isUp();
});

test('the HSM survives arbitrary bytes', async () => {
  await always(
    asyncProperty(uint8Array({ minLength: 1, maxLength: 64 }), async (bytes) => {
      const socket = await raw();
      socket.end(Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]));
      await ended(socket);
    }),
    { numRuns: 25 },
  );
  await isUp();
});

test('the first command must be hello, with a common version', async () => {
  const socket = await raw();
  socket.write(encodeFrame({ id: 1, op: 'info', in: {} }));
  socket.write(encodeFrame({ id: 2, op: 'hello', in: { versions: [7], client: 'test' } }));
  const codes = (await answers(socket, 2)).map(({ error }) => error?.code);
  assert.deepEqual(codes, ['unsupported-version', 'unsupported-version']);
});

test('a command with arbitrary input is rejected with an error code', async () => {
  const user = await world.login('alice');
  const names = Object.keys(commandTable) as CommandName[];
  // The one name that no frame can contain.
  const key = string().filter((name) => name !== '__proto__');
  const anyInput = object({ maxDepth: 2, key });
  await always(
    asyncProperty(constantFrom(...names), anyInput, async (name, input) => {
      await assert.rejects(
        user.call(name, { ...input, 'no such member': 1 } as never),
        (error) => error instanceof HsmError && error.code === 'malformed-request',
      );
    }),
    { numRuns: 200 },
  );
  await assert.rejects(user.call('nonsense' as CommandName, {}), refusedAs('malformed-request'));
  await assert.rejects(
    user.call('random', { length: 1, depth: 2 } as never),
    refusedAs('malformed-request', /unknown member depth/),
  );
});

test('unauthenticated connections do not lock out users', async () => {
  const user = await world.login('alice');
  const strangers: TLSSocket[] = [];
  for (let wave = 0; wave < 15; wave += 1)
    strangers.push(...(await Promise.all(Array.from({ length: 40 }, raw))));
  await (await world.login('alice')).call('random', { length: 1 });
  await user.call('random', { length: 1 });
  await until(
    'the oldest unauthenticated connection is closed',
    async () => strangers[0]?.resume().closed,
  );
  for (const stranger of strangers) stranger.destroy();
});

test('peer operations require a proven peer', async () => {
  const socket = await raw();
  for (const [id, op] of ['pull', 'push', 'sessionsOf', 'peerHello'].entries())
    socket.write(encodeFrame({ id, op, in: null }));
  socket.write(
    encodeFrame({ id: 9, op: 'peerHello', in: { hsmId: 'hsm-x', proof: Buffer.alloc(32) } }),
  );
  for (const { id, error } of await answers(socket, 5))
    assert.ok(error, `operation ${id} was answered`);
  await isUp();
});

test('the HSM stops reading from a client that does not read responses, and loses none of them', async () => {
  const socket = await raw();
  const login = { username: 'alice', role: 'crypto-user', password: USER_PASSWORD };
  socket.write(encodeFrame({ id: 0, op: 'hello', in: { versions: [1], client: 'test' } }));
  socket.write(encodeFrame({ id: 1, op: 'login', in: login }));
  const reader = new FrameReader();
  let seen = 0;
  while (seen < 2) seen += reader.feed((await once(socket, 'data'))[0] as Buffer).length;
  socket.pause();
  const before = world.first.status.operations['random'] ?? 0;
  const asked = 20_000;
  const frames = Buffer.concat(
    Array.from({ length: asked }, (_, id) =>
      encodeFrame({ id, op: 'random', in: { length: 4_096 } }),
    ),
  );
  socket.write(frames);
  await isUp();
  const { operations } = await world.first.control.call('status', {});
  assert.ok(
    (operations['random'] ?? 0) - before < asked / 2,
    'the HSM must not answer requests whose responses are not read',
  );
  assert.equal((await answers(socket, asked)).length, asked);
});
