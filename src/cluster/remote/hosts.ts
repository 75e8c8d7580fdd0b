import { once } from 'node:events';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock, Logger } from '../../base/index.ts';
import type { Issuer } from '../../crypto/index.ts';
import {
  FrameReader,
  FrameWriter,
  MAX_UNAUTHENTICATED_FRAME_BYTES,
  type HsmError,
} from '../../hsm/wire/index.ts';
import type { HsmChild } from '../hsm-child.ts';
import { HostFiles, type HsmHost } from './host-files.ts';
import { certifyHost, controlPlaneIdentity, openHostAuthority } from './host-identity.ts';
import { RemoteChild } from './remote-child.ts';

/** Milliseconds that a stranger gets to enrol. */
const ENROLMENT_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 256;
/** Milliseconds of silence after which the kernel asks whether the host is there. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** What a host sends to enrol, in one frame. */
export interface Enrolment {
  readonly id: string;
  readonly secret: string;
  readonly csr: string;
  readonly address: string;
}

export interface HostsOptions {
  /** Keyhold's data folder. */
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

type EnrolmentError = Pick<HsmError, 'code' | 'message'>;

interface HostRegistry {
  readonly authority: Issuer;
  readonly files: HostFiles;
}

export function hostsFolder(dataFolder: string): string {
  return join(dataFolder, 'hosts');
}

/** The machines that offer to run HSMs. They connect to here, by mutual TLS, and wait until an HSM is asked of them. */
export class HsmHosts {
  readonly #options: HostsOptions;
  /** Undefined until it listens: without hosts there is nothing to keep. */
  #files: HostFiles | undefined;
  readonly #connected = new Map<string, TLSSocket>();
  readonly #listeners = new Set<(hostId: string) => void>();
  #server: Server | undefined;

  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** Resolves to the port. */
  async listen(host: string, port: number): Promise<number> {
    const { dataFolder, clock } = this.#options;
    const files = new HostFiles(hostsFolder(dataFolder));
    const authority = await openHostAuthority(hostsFolder(dataFolder), clock);
    const identity = await controlPlaneIdentity(authority, clock);
    // A stranger has no certificate yet: that is what it comes for.
    const server = createServer({
      ...identity,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    });
    server.maxConnections = MAX_CONNECTIONS;
    server.on('secureConnection', (socket) => this.#accept(socket, { authority, files }));
    server.on('tlsClientError', () => undefined);
    server.listen(port, host);
    await once(server, 'listening');
    this.#server = server;
    this.#files = files;
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  /** A connected host of the zone that runs no HSM; one with this address, if one is wanted. */
  findFree(
    availabilityZone: string,
    taken: ReadonlySet<string>,
    address?: string,
  ): HsmHost | undefined {
    const hosts = this.#files?.hosts() ?? [];
    return hosts
      .filter(
        (host) =>
          host.availabilityZone === availabilityZone &&
          (address === undefined || host.address === address),
      )
      .find(({ hostId }) => this.#connected.has(hostId) && !taken.has(hostId));
  }

  /** Begins an HSM on the host; it is born over the channel. Throws if the host isn't connected. */
  launch(hostId: string): HsmChild {
    const socket = this.#connected.get(hostId);
    if (!socket) throw new Error(`its host ${hostId} is not connected`);
    // Whatever comes of it, this connection is used up: the host connects anew for the next process.
    this.#connected.delete(hostId);
    return new RemoteChild(socket);
  }

  /** `listener` hears of every host that connects. */
  onConnected(listener: (hostId: string) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#connected.values()) socket.destroy();
    this.#connected.clear();
  }

  #accept(socket: TLSSocket, registry: HostRegistry): void {
    socket.on('error', () => undefined);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    if (!socket.authorized) return this.#awaitEnrolment(socket, registry);
    const { CN: hostId = '' } = socket.getPeerCertificate().subject;
    if (typeof hostId !== 'string' || !registry.files.host(hostId)) return void socket.destroy();
    // A host has one connection: the one of before is gone, even if nobody has noticed.
    this.#connected.get(hostId)?.destroy();
    this.#connected.set(hostId, socket);
    socket.once('close', () => {
      if (this.#connected.get(hostId) === socket) this.#connected.delete(hostId);
    });
    this.#options.log.info({ hostId }, 'HSM host is connected');
    for (const listener of this.#listeners) listener(hostId);
  }

  #awaitEnrolment(socket: TLSSocket, registry: HostRegistry): void {
    const reader = new FrameReader(MAX_UNAUTHENTICATED_FRAME_BYTES);
    const writer = new FrameWriter(socket);
    socket.setTimeout(ENROLMENT_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      try {
        const [frame] = reader.feed(chunk);
        if (frame !== undefined)
          void this.#enrol(frame, registry).then((reply) => writer.write({ id: 1, ...reply }));
      } catch {
        socket.destroy();
      }
    });
  }

  async #enrol(
    frame: unknown,
    { authority, files }: HostRegistry,
  ): Promise<{ readonly out: object } | { readonly error: EnrolmentError }> {
    const { clock, log } = this.#options;
    const { id, secret, csr, address } = parseEnrolment(frame);
    const availabilityZone = files.redeemToken(id, secret, clock.now());
    if (availabilityZone === undefined)
      return { error: { code: 'not-permitted', message: 'the token is wrong, used or expired' } };
    const host = files.add({ availabilityZone, address });
    const certificate = await certifyHost(authority, host.hostId, csr, clock);
    if (certificate === undefined)
      return {
        error: { code: 'invalid-argument', message: 'the request for a certificate is not valid' },
      };
    log.info({ ...host }, 'HSM host is enrolled');
    return { out: { hostId: host.hostId, certificate } };
  }
}

/** What a stranger says, with empty texts for what it does not. */
function parseEnrolment(frame: unknown): Enrolment {
  const { in: input }: { in?: unknown } = typeof frame === 'object' && frame !== null ? frame : {};
  const members: Partial<Record<keyof Enrolment, unknown>> =
    typeof input === 'object' && input !== null ? input : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    id: text(members.id),
    secret: text(members.secret),
    csr: text(members.csr),
    address: text(members.address),
  };
}
