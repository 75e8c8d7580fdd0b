/**
 * Attacks by somebody who has opened one backup of a cluster. They hold all that is in it, the
 * cluster's masking key included, and can reach the ports of the cluster's HSMs.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { after, before, describe, it } from 'node:test';
import {
  createAuthority,
  deriveKey,
  writePublicKey,
  exportPrivateKey,
  hmacSha256,
  makeKeyPair,
  secretKey,
  signSha256,
} from '../../src/crypto/index.ts';
import { openDatabase, openDeviceKey } from '../../src/hsm/storage/index.ts';
import {
  encodeFrame,
  FrameReader,
  type ReplyFrame,
  type RequestFrame,
} from '../../src/hsm/wire/index.ts';
import {
  controlPlaneWorld,
  type ControlPlaneWorld,
  type HsmInHand,
} from '../support/hsm/control-plane-world.ts';
import { CLUSTER_ID } from '../support/hsm/one-hsm-world.ts';
import { until } from '../support/until.ts';

const EXPORTER = 'EXPORTER-keyhold-peer';

/** Returns the masking key, which is in every backup. Here it is read from an HSM's folder. */
async function maskingKeyOf({ folder }: HsmInHand): Promise<Uint8Array> {
  const database = openDatabase(folder, await openDeviceKey(folder, {}));
  try {
    const { maskingKey } = database.setting('identity') as { readonly maskingKey: Uint8Array };
    return maskingKey;
  } finally {
    database.close();
  }
}

/** A greeting as an HSM makes it, and the one of earlier versions, under keys that the test has. */
class Forger {
  readonly #key;
  readonly #hardware = makeKeyPair();

  constructor(maskingKey: Uint8Array) {
    this.#key = secretKey(
      deriveKey(secretKey(maskingKey), 'keyhold peer link', Buffer.alloc(0), 32),
    );
  }

  /** Returns a greeting under any name, with an admission that the attacker has signed. */
  greeting(socket: TLSSocket, side: string, hsmId: string, admittedBy?: string): object {
    const binding = socket.exportKeyingMaterial(32, EXPORTER, Buffer.alloc(0));
    const statement = Buffer.concat([
      Buffer.from(`keyhold peer greeting/${side}/${hsmId}/`),
      binding,
    ]);
    const publicKey = writePublicKey(this.#hardware.publicKey);
    const admitted = Buffer.from(`keyhold admission/${CLUSTER_ID}/${hsmId}/`);
    const signature = signSha256(this.#hardware.privateKey, Buffer.concat([admitted, publicKey]));
    return {
      hsmId,
      proof: hmacSha256(this.#key, statement),
      signature: signSha256(this.#hardware.privateKey, statement),
      ...(admittedBy !== undefined && { admission: { publicKey, admittedBy, signature } }),
    };
  }

  /** Returns the greeting of the versions that knew peers by the masking key alone. */
  formerGreeting(socket: TLSSocket, side: string, hsmId: string): object {
    const binding = socket.exportKeyingMaterial(32, EXPORTER, Buffer.alloc(0));
    return {
      hsmId,
      proof: hmacSha256(this.#key, Buffer.concat([Buffer.from(`${side}/${hsmId}/`), binding])),
    };
  }
}

async function open({ address: { host, port } }: HsmInHand): Promise<TLSSocket> {
  const socket = connect({ host, port, minVersion: 'TLSv1.3', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

async function ask(socket: TLSSocket, request: RequestFrame): Promise<ReplyFrame> {
  const reader = new FrameReader();
  socket.write(encodeFrame(request));
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    const [reply] = reader.feed(chunk);
    if (reply !== undefined) return reply as ReplyFrame;
  }
}

describe('somebody who has opened a backup', () => {
  let world: ControlPlaneWorld;
  let first: HsmInHand;
  let second: HsmInHand;
  let forger: Forger;

  before(async () => {
    world = await controlPlaneWorld();
    first = await world.found('hsm-first');
    second = await world.start('hsm-second');
    await world.join(first, second);
    await world.tellPeers([first, second]);
    await world.linked([first, second]);
    forger = new Forger(await maskingKeyOf(first));
  });
  after(() => world?.[Symbol.asyncDispose]());

  it('can’t link to an HSM of the live cluster, under any name', async () => {
    const greetings: ((socket: TLSSocket) => object)[] = [
      (socket) => forger.formerGreeting(socket, 'caller', 'hsm-second'),
      (socket) => forger.formerGreeting(socket, 'caller', 'hsm-third'),
      (socket) => forger.greeting(socket, 'caller', 'hsm-second'),
      (socket) => forger.greeting(socket, 'caller', 'hsm-first'),
      (socket) => forger.greeting(socket, 'caller', 'hsm-third'),
      (socket) => forger.greeting(socket, 'caller', 'hsm-second', 'hsm-first'),
      (socket) => forger.greeting(socket, 'caller', 'hsm-third', 'hsm-first'),
      (socket) => forger.greeting(socket, 'caller', 'hsm-third', 'hsm-third'),
    ];
    for (const greeting of greetings) {
      const socket = await open(first);
      const hello = await ask(socket, { id: 1, op: 'peerHello', in: greeting(socket) });
      assert.ok('error' in hello, 'the HSM greets the attacker');
      const records = await ask(socket, { id: 2, op: 'pull', in: { after: 0 } });
      assert.ok('error' in records, 'the HSM gives its records to the attacker');
      const written = await ask(socket, { id: 3, op: 'push', in: { records: [] } });
      assert.ok('error' in written, 'the HSM takes records from the attacker');
      socket.destroy();
    }
  });

  it('can’t answer for an HSM to which another one connects', async () => {
    const keys = makeKeyPair();
    const validity = { notBefore: 0, notAfter: Date.UTC(2100, 0) };
    const server = createServer({
      key: exportPrivateKey(keys.privateKey),
      cert: await createAuthority(keys, { CN: 'hsm-second' }, validity),
      minVersion: 'TLSv1.3',
    });
    const answers = [
      (socket: TLSSocket) => forger.formerGreeting(socket, 'answerer', 'hsm-second'),
      (socket: TLSSocket) => forger.greeting(socket, 'answerer', 'hsm-second', 'hsm-first'),
    ];
    let greeted = 0;
    let more = 0;
    server.on('secureConnection', (socket) => {
      const reader = new FrameReader();
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        for (const { id, op } of reader.feed(chunk) as RequestFrame[]) {
          if (op !== 'peerHello') more += 1;
          const answer = answers[greeted % answers.length];
          greeted += 1;
          if (answer) socket.write(encodeFrame({ id, out: answer(socket) }));
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    // The attacker answers at the address of the second HSM.
    await first.control.call('setPeers', {
      peers: [{ hsmId: 'hsm-second', host: '127.0.0.1', port }],
    });
    await until('the HSM has heard each answer twice', async () => greeted >= 4);
    server.close();
    assert.equal(more, 0, 'the HSM follows the attacker');
    assert.deepEqual((await first.status()).linkedPeers, []);
    await world.tellPeers([first, second]);
    await world.linked([first, second]);
  });
});
