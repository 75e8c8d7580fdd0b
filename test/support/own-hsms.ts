/** Test fixture: connections to the HSM processes of a cluster that the test owns. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectHsm, type HsmAddress, type HsmConnection } from '../../src/hsm/client/index.ts';
import {
  FrameReader,
  FrameWriter,
  type CommandInput,
  type CommandName,
  type HsmErrorCode,
} from '../../src/hsm/wire/index.ts';
import { ADMIN_PASSWORD, type OwnCluster } from './own-cluster.ts';
import { statusOf } from './status.ts';
import type { World } from './world.ts';

/** Returns the addresses of the running HSMs of a cluster. */
export async function addressesOf(world: World, { clusterId }: OwnCluster): Promise<HsmAddress[]> {
  const { Clusters } = await statusOf(world);
  const cluster = Clusters.find(({ ClusterId }) => ClusterId === clusterId);
  assert.ok(cluster);
  return cluster.Hsms.map(({ HsmId, EniIp, EniPort }) => ({
    hsmId: HsmId,
    host: EniIp,
    port: EniPort,
  }));
}

/** Logs in to one HSM, by default as the first admin. */
export async function logIn(
  { ca }: OwnCluster,
  address: HsmAddress,
  login: Partial<CommandInput<'login'>> = {},
): Promise<HsmConnection> {
  const connection = await connectHsm(address, { trustAnchor: ca.certificate });
  await connection.call('login', {
    username: 'admin',
    role: 'admin',
    password: ADMIN_PASSWORD,
    ...login,
  });
  return connection;
}

/** A client without credentials that connects from an address of its choice. */
export interface Stranger {
  /** Sends a command. Resolves to the code of the HSM's rejection, or to undefined. */
  call<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
  ): Promise<HsmErrorCode | undefined>;
  close(): void;
}

interface Reply {
  readonly id: number;
  readonly error?: { readonly code: HsmErrorCode };
}

export async function stranger(
  { host, port }: HsmAddress,
  localAddress: string,
): Promise<Stranger> {
  const tcp = connectTcp({ host, port, localAddress });
  const socket = connectTls({ socket: tcp, minVersion: 'TLSv1.3', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const writer = new FrameWriter(socket);
  const reader = new FrameReader();
  const waiting = new Map<number, PromiseWithResolvers<Reply>>();
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    for (const frame of reader.feed(chunk))
      waiting.get((frame as Reply).id)?.resolve(frame as Reply);
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the HSM closed the connection'));
  });
  let lastId = 0;
  const call = async <C extends CommandName>(
    command: C,
    input: CommandInput<C>,
  ): Promise<HsmErrorCode | undefined> => {
    lastId += 1;
    const id = lastId;
    const reply = Promise.withResolvers<Reply>();
    waiting.set(id, reply);
    writer.write({ id, op: command, in: input });
    const { error } = await reply.promise;
    waiting.delete(id);
    return error?.code;
  };
  await call('hello', { versions: [1], client: 'stranger' });
  return { call, close: () => void socket.destroy() };
}
