import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '../../base/index.ts';
import { openToControlPlane, type HostIdentity } from './enrol.ts';

const RECONNECT_DELAY_MIN_MS = 200;
const RECONNECT_DELAY_MAX_MS = 10_000;

export interface ServeOptions {
  readonly identity: HostIdentity;
  /** Starts the HSM program with its control channel on file descriptor 3. */
  readonly launch: () => ChildProcess;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Offers this host to its control plane until `signal` aborts. Each connection is the control
 * channel of one HSM process. The process starts with the first data from the control plane, and
 * ends with the connection.
 */
export async function serveHsms({ identity, launch, log, signal }: ServeOptions): Promise<void> {
  let wait = RECONNECT_DELAY_MIN_MS;
  while (!signal.aborted) {
    try {
      const { controlPlane, authority, certificate, key } = identity;
      const socket = await openToControlPlane(controlPlane, {
        ca: authority,
        cert: certificate,
        key,
      });
      log.info({ controlPlane }, 'connected to the control plane');
      wait = RECONNECT_DELAY_MIN_MS;
      await serveOne(socket, launch, signal);
      log.info({ controlPlane }, 'disconnected from the control plane');
    } catch (error) {
      log.warn({ err: error, retryIn: wait }, 'the control plane could not be reached');
    }
    await delay(wait, undefined, { signal }).catch(() => undefined);
    wait = Math.min(wait * 2, RECONNECT_DELAY_MAX_MS);
  }
}

async function serveOne(
  socket: TLSSocket,
  launch: () => ChildProcess,
  signal: AbortSignal,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const stop = (): void => void socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  let exited: Promise<void> | undefined;
  socket.once('data', (first: Buffer) => {
    exited = runHsm(socket, first, launch());
  });
  await closed;
  await exited;
  signal.removeEventListener('abort', stop);
}

/** Relays bytes between the control plane and the HSM. The end of one side ends the other. */
function runHsm(socket: TLSSocket, first: Buffer, child: ChildProcess): Promise<void> {
  // The fourth stdio entry is 'pipe', which is a socket pair.
  const channel = child.stdio[3] as Duplex;
  channel.on('error', () => undefined);
  channel.write(first);
  socket.pipe(channel).pipe(socket);
  socket.once('close', () => channel.destroy());
  return new Promise((resolve) => {
    const end = (): void => {
      socket.destroy();
      resolve();
    };
    child.once('exit', end).once('error', end);
  });
}
