import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { Strangers } from './strangers.ts';

const onLinux = { skip: process.platform !== 'linux' && 'needs several loopback addresses' };
const sockets: Socket[] = [];
after(() => sockets.forEach((socket) => socket.destroy()));

test(
  'an address with many connections loses its oldest to others, but none that is recognized',
  onLinux,
  async () => {
    const server = createServer();
    let dropped = 0;
    const strangers = new Strangers(server, 3, () => (dropped += 1));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    async function open(localAddress: string): Promise<{ client: Socket; accepted: Socket }> {
      const client = connect({ port, host: '127.0.0.1', localAddress });
      sockets.push(client);
      client.on('error', () => undefined);
      const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
      return { client, accepted: accepted as Socket };
    }
    const gone = async ({ client }: { client: Socket }): Promise<void> => {
      client.resume();
      if (!client.closed) await once(client, 'close');
    };
    const recognized = await open('127.0.0.2');
    strangers.recognize(recognized.accepted);
    const greedy = [await open('127.0.0.2'), await open('127.0.0.2'), await open('127.0.0.2')];
    assert.equal(dropped, 0);
    await open('127.0.0.3');
    await gone(greedy[0] ?? recognized);
    await open('127.0.0.3');
    await gone(greedy[1] ?? recognized);
    strangers.forget(recognized.accepted);
    await gone(greedy[2] ?? recognized);
    assert.equal(dropped, 3);
    assert.equal(recognized.client.destroyed, false);
    server.close();
  },
);
