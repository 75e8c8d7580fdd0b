/** Attacks by a client that can reach the port of the API and has no credentials. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

const MIB = 1024 * 1024;
/** An address that nobody else uses. Only Linux has all of 127.0.0.0/8 as its own addresses. */
const ATTACKER = '127.0.0.66';
const onLinux = { skip: process.platform !== 'linux' && 'needs several loopback addresses' };

describe('a client that can reach the API', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.[Symbol.asyncDispose]());

  async function open(localAddress = '127.0.0.1'): Promise<Socket> {
    const socket = connect({
      port: Number(new URL(world.server.endpoint).port),
      host: '127.0.0.1',
      localAddress,
    });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  it('keeps nobody out with bodies that it does not finish', onLinux, async () => {
    const most = Buffer.alloc(MIB - 1, 'a');
    const sockets: Socket[] = [];
    for (let count = 0; count < 300; count += 1) {
      const socket = await open(ATTACKER);
      socket.resume();
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${MIB}\r\n\r\n`);
      socket.write(most);
      sockets.push(socket);
      // Those whose bodies are dropped get a response and are disconnected.
      if (sockets.some(({ closed }) => closed)) break;
      await until('the body is sent', async () => socket.closed || socket.writableLength === 0);
    }
    await world.sts.send(new GetCallerIdentityCommand({}));
    const honest = await open();
    honest.write(
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${MIB}\r\n\r\n`,
    );
    honest.end(Buffer.alloc(MIB, 'a'));
    assert.match(await text(honest), /MissingAuthenticationTokenException/);
    for (const socket of sockets) socket.destroy();
  });

  it('cannot send a body in so many pieces that they cost more than it', async () => {
    const socket = await open();
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write('1\r\na\r\n'.repeat(10_000));
    socket.write('0\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 413 [\s\S]*more than 2048 pieces/);
  });

  it('sends at most 128 KiB without a signature', async () => {
    const body = `Action=AssumeRoleWithWebIdentity&Version=2011-06-15&X=${'a'.repeat(128 * 1024)}`;
    const response = await fetch(world.server.endpoint, { method: 'POST', body });
    assert.equal(response.status, 413);
    assert.match(await response.text(), /RequestEntityTooLarge/);
  });
});
