/**
 * Test fixture: TLS servers that speak the HSM's protocol with scripted answers, for behaviour that
 * no healthy HSM shows.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import {
  createAuthority,
  exportPrivateKey,
  issueCertificate,
  makeKeyPair,
} from '../../../src/crypto/index.ts';
import {
  FrameReader,
  FrameWriter,
  HsmError,
  type HsmInfo,
  type RequestFrame,
} from '../../../src/hsm/wire/index.ts';
import type { HsmAddress } from '../../../src/hsm/client/contract.ts';

const validity = { notBefore: 0, notAfter: Date.UTC(2100, 0) };

export interface CustomerCa {
  readonly certificate: string;
  readonly issue: () => Promise<{ readonly key: string; readonly cert: string }>;
}

export async function customerCa(): Promise<CustomerCa> {
  const keys = makeKeyPair();
  const certificate = await createAuthority(keys, { O: 'Customer', CN: 'Customer CA' }, validity);
  const issue = async (): Promise<{ key: string; cert: string }> => {
    const leaf = makeKeyPair();
    const order = { ...validity, subject: { CN: 'HSM' }, publicKey: leaf.publicKey, ca: false };
    return {
      key: exportPrivateKey(leaf.privateKey),
      cert: await issueCertificate(order, { certificate, privateKey: keys.privateKey }),
    };
  };
  return { certificate, issue };
}

function infoOf(hsmId: string): HsmInfo {
  const names = {
    vendor: 'Keyhold',
    model: 'test',
    serialNumber: '1',
    firmwareVersion: '1.0',
    fingerprint: '0'.repeat(64),
    fipsState: '2',
  };
  return {
    hsmId,
    clusterId: 'cluster-test',
    lifecycle: 'active',
    ...names,
    keyCount: 0,
    userCount: 2,
  };
}

/** A response, an error, or a protocol failure. */
export type Answer = object | HsmError | 'silence' | 'garbage' | 'malformed error' | 'hang up';
export type Script = Partial<
  Record<string, (input: Record<string, unknown>) => Answer | Promise<Answer>>
>;

export interface ScriptedHsm {
  readonly address: HsmAddress;
  readonly requests: RequestFrame[];
  /** Returns the number of requests received for a command. */
  heard(op: string): number;
  /** Answers by command. Can be changed while the server runs. */
  script: Script;
  /** Closes all connections. */
  drop(): void;
  stop(): Promise<void>;
}

export async function startScriptedHsm(
  ca: CustomerCa,
  hsmId: string,
  script: Script = {},
  port = 0,
): Promise<ScriptedHsm> {
  const server = createServer({ ...(await ca.issue()), minVersion: 'TLSv1.3', noDelay: true });
  const sockets = new Set<TLSSocket>();
  const hsm: ScriptedHsm = {
    address: { hsmId, host: '127.0.0.1', port },
    requests: [],
    script,
    heard: (op) => hsm.requests.filter((request) => request.op === op).length,
    drop: () => sockets.forEach((socket) => socket.destroy()),
    stop: async () => {
      hsm.drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    serve(hsm, socket);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(hsm, {
    address: { hsmId, host: '127.0.0.1', port: (server.address() as AddressInfo).port },
  });
}

const healthy: Script = {
  login: () => ({ session: 's' }),
  info: () => ({}),
  encrypt: () => ({ ciphertext: Buffer.from('c') }),
};

function serve(hsm: ScriptedHsm, socket: TLSSocket): void {
  const reader = new FrameReader();
  const writer = new FrameWriter(socket);
  const respond = async ({ id, op, in: input }: RequestFrame): Promise<void> => {
    const script =
      hsm.script[op] ?? healthy[op] ?? (() => ({ version: 1, info: infoOf(hsm.address.hsmId) }));
    const answer = await script(input as Record<string, unknown>);
    if (answer === 'garbage') socket.write(Buffer.from('ffffffffffffffff', 'hex'));
    else if (answer === 'hang up') socket.destroy();
    else if (answer === 'malformed error')
      writer.write({ id, error: { code: 'busy', message: { toString: null } as never } });
    else if (answer instanceof HsmError)
      writer.write({ id, error: { code: answer.code, message: answer.message } });
    else if (answer !== 'silence') writer.write({ id, out: answer });
  };
  socket.on('data', (chunk: Buffer) => {
    for (const frame of reader.feed(chunk) as RequestFrame[]) {
      hsm.requests.push(frame);
      void respond(frame);
    }
  });
}
