/**
 * Attacks by a client that can reach the port of an HSM, or the port for HSM hosts (`--hsm-hosts`),
 * and has no credentials.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { GenerateRandomCommand } from '@aws-sdk/client-kms';
import { decodeToken } from '../../src/cluster/remote/token.ts';
import { encodeFrame, FrameReader, type RequestFrame } from '../../src/hsm/wire/index.ts';
import { openssl, withoutOpenssl } from '../support/openssl.ts';
import { keyhold } from '../support/keyhold-cli.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';

/** Only Linux has all of 127.0.0.0/8 as its own addresses. */
const onLinux = { skip: process.platform !== 'linux' && 'needs several loopback addresses' };

/** An address that nobody else uses. */
const ATTACKER = '127.0.0.66';

interface Port {
  readonly host: string;
  readonly port: number;
}

/** Opens a TCP connection from an address of this machine. */
async function rawStranger(address: Port, localAddress: string): Promise<Socket> {
  const socket = connectTcp({ ...address, localAddress });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Opens a TLS connection without credentials. */
async function stranger(address: Port, localAddress = '127.0.0.1'): Promise<TLSSocket> {
  const socket = connect({
    socket: await rawStranger(address, localAddress),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: false,
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Sends a frame and returns the first answer. Undefined if the connection was closed instead. */
async function answerTo(socket: TLSSocket, frame: RequestFrame): Promise<unknown> {
  const reader = new FrameReader();
  socket.write(encodeFrame(frame));
  for await (const chunk of socket) {
    const [answer] = reader.feed(chunk as Buffer);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

async function ended(socket: TLSSocket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}

/** Returns the port that the managed HSM logged. */
function managedHsmPort({ data }: World): Port {
  const lines = readFileSync(join(data, 'keyhold.log'), 'utf8').split('\n');
  const line = lines.find((text) => text.includes('"HSM is up"')) ?? '{}';
  const { host = '', port = 0 } = JSON.parse(line) as Partial<Port>;
  return { host, port };
}

/** Returns the port for HSM hosts. */
function hostsPort({ data }: World): Port {
  const [host = '', port] = readFileSync(join(data, 'hosts', 'address'), 'utf8')
    .trim()
    .split(':');
  return { host, port: Number(port) };
}

/** The body of a frame: lists that each contain the previous one twice, by reference. */
function doublingLists(levels: number): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  let value = Buffer.from([0xc0]);
  for (let level = 1; level <= levels; level += 1) {
    const identified = Buffer.concat([Buffer.from([0xd6, 0x69]), number(level)]);
    const reference = Buffer.concat([Buffer.from([0xd6, 0x70]), number(level - 1)]);
    value = Buffer.concat([identified, Buffer.from([level === 1 ? 0x91 : 0x92]), value]);
    if (level > 1) value = Buffer.concat([value, reference]);
  }
  return value;
}

/** Opens a connection of an attacker with an address of its own, which never says anything. */
function flood(port: Port): Promise<Socket> {
  return rawStranger(port, ATTACKER);
}

function frameOf(body: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

describe('a client that can reach the ports of HSMs', () => {
  let world: World;
  let ports: readonly Port[];

  before(async () => {
    world = await startWorld(['--hsm-hosts', '127.0.0.1:0']);
    ports = [managedHsmPort(world), hostsPort(world)];
  });
  after(() => world?.[Symbol.asyncDispose]());

  /** Checks that the front end and its HSM still work. */
  async function serves(): Promise<void> {
    await until('a random number from the HSM', () =>
      world.kms
        .send(new GenerateRandomCommand({ NumberOfBytes: 8 }), {
          abortSignal: AbortSignal.timeout(10_000),
        })
        .then(() => true)
        .catch(() => false),
    );
    assert.equal(world.server.process.exitCode, null);
  }

  async function enrolmentToken(): Promise<{ readonly id: string; readonly secret: string }> {
    const zone = `${world.region}a`;
    const made = await keyhold(
      ['hsm', 'enrol', '--zone', zone, '--data', world.data],
      world.environment(),
    );
    const token = decodeToken(made.stdout.trim());
    assert.ok(token, made.stderr);
    return token;
  }

  /** Sends a request to enrol and returns the response. */
  async function enrol(input: object): Promise<unknown> {
    return answerTo(await stranger(hostsPort(world)), { id: 1, op: 'enrol', in: input });
  }

  it('stops no process with values that refer to each other and a byte too many', async () => {
    const body = Buffer.concat([doublingLists(490), Buffer.from([0])]);
    assert.ok(body.length < 8 * 1024);
    for (const port of ports) {
      const socket = await stranger(port);
      socket.write(frameOf(body));
      await ended(socket);
    }
    await serves();
  });

  it(
    'stops no process with a certificate request for a key of another type',
    {
      skip: withoutOpenssl,
    },
    async () => {
      const keys = {
        ed25519: generateKeyPairSync('ed25519'),
        ed448: generateKeyPairSync('ed448'),
        'RSA of 2,048 bits': generateKeyPairSync('rsa', { modulusLength: 2048 }),
        secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
        'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
      };
      const token = await enrolmentToken();
      for (const [name, { privateKey }] of Object.entries(keys)) {
        const pem = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
        const csr = openssl(['req', '-new', '-key', '@key', '-subj', '/CN=host'], {
          key: pem,
        }).toString();
        const answer = await enrol({ ...token, csr, address: '127.0.0.1' });
        assert.match(JSON.stringify(answer), /invalid-argument.*P-256/, name);
      }
      await serves();
    },
  );

  it('keeps nobody out of an HSM with many connections from one address', onLinux, async () => {
    const port = managedHsmPort(world);
    const honest = await stranger(port);
    const many = [];
    for (let wave = 0; wave < 30; wave += 1)
      many.push(...(await Promise.all(Array.from({ length: 20 }, () => stranger(port, ATTACKER)))));
    const hello = { id: 1, op: 'hello', in: { versions: [1], client: 'test' } };
    assert.match(JSON.stringify(await answerTo(honest, hello)), /"version":1/);
    assert.match(JSON.stringify(await answerTo(await stranger(port), hello)), /"version":1/);
    for (const socket of many) socket.destroy();
    await serves();
  });

  it('cannot leave many requests before login for an HSM to remember', async () => {
    const socket = await stranger(managedHsmPort(world));
    const frame = encodeFrame({ id: 1, op: 'info', in: {} });
    socket.write(Buffer.concat(Array.from({ length: 2_000 }, () => frame)));
    await ended(socket);
    await serves();
  });

  it('keeps no host out with many connections from one address', onLinux, async () => {
    const many = [];
    for (let count = 0; count < 300; count += 1) many.push(await flood(hostsPort(world)));
    const token = { id: 'a'.repeat(16), secret: 'wrong', csr: '', address: '127.0.0.1' };
    assert.match(JSON.stringify(await enrol(token)), /used or expired/);
    for (const socket of many) socket.destroy();
  });
});
