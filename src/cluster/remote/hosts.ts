import { once } from 'node:events';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { Strangers, type Clock, type Logger } from '../../base/index.ts';
import type { Issuer } from '../../crypto/index.ts';
import {
  FrameReader,
  FrameWriter,
  HsmError,
  MAX_UNAUTHENTICATED_FRAME_BYTES,
} from '../../hsm/wire/index.ts';
import type { HsmChild } from '../hsm-child.ts';
import { HostFiles, type HsmHost } from './host-files.ts';
import {
  certifyHost,
  controlPlaneIdentity,
  hostKeyOf,
  openHostAuthority,
} from './host-identity.ts';
import { RemoteChild } from './remote-child.ts';

const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Time that an unauthenticated client gets to enrol. */
const ENROLMENT_TIMEOUT_MS = 10_000;
/** Connections of clients that are not known as hosts, in a handshake or about to enrol. */
const MAX_STRANGERS = 128;
/** All connections. */
const MAX_CONNECTIONS = 1_024;
/** An IP address or a DNS name. */
const ADDRESS = /^[\w.:%-]{1,253}$/;
/** Idle time after which the kernel probes a host's connection. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** A host's request to enrol, sent in one frame. */
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

interface HostRegistry {
  readonly authority: Issuer;
  readonly files: HostFiles;
  readonly strangers: Strangers;
}

export function hostsFolder(dataFolder: string): string {
  return join(dataFolder, 'hosts');
}

/**
 * The machines that offer to run HSMs. They connect to this server by mutual TLS and wait until the
 * control plane starts an HSM over the connection.
 */
export class HsmHosts {
  readonly #options: HostsOptions;
  /** Undefined until `listen`: without hosts there are no files. */
  #files: HostFiles | undefined;
  readonly #connected = new Map<string, TLSSocket>();
  readonly #listeners = new Set<(hostId: string) => void>();
  /** Hosts that are not for customers' clusters. */
  readonly #reserved = new Set<string>();
  #server: Server | undefined;

  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** Starts the server and returns its port. */
  async listen(host: string, port: number): Promise<number> {
    const { dataFolder, clock } = this.#options;
    const files = new HostFiles(hostsFolder(dataFolder));
    const authority = await openHostAuthority(hostsFolder(dataFolder), clock);
    const identity = await controlPlaneIdentity(authority, clock);
    // A host that enrols has no certificate yet.
    const server = createServer({
      ...identity,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      // Both sides have keys of this kind. A client's signature with another key, which may be of
      // any size, is not verified.
      sigalgs: 'ecdsa_secp256r1_sha256',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    server.maxConnections = MAX_CONNECTIONS;
    const registry = { authority, files, strangers: new Strangers(server, MAX_STRANGERS) };
    server.on('secureConnection', (socket) => {
      try {
        this.#accept(socket, registry);
      } catch (error) {
        this.#options.log.error({ err: error }, 'a connection for HSM hosts failed');
        socket.destroy();
      }
    });
    server.on('tlsClientError', () => undefined);
    server.listen(port, host);
    await once(server, 'listening');
    // For example too many open files. Existing connections continue.
    server.on('error', (error) =>
      this.#options.log.error({ err: error }, 'a connection could not be accepted'),
    );
    this.#server = server;
    this.#files = files;
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  get listening(): boolean {
    return this.#files !== undefined;
  }

  /** Finds a host that has enrolled. */
  find(hostId: string): HsmHost | undefined {
    return this.#files?.host(hostId);
  }

  /** Returns true if there is a token with which the host can enrol. */
  expects(hostId: string): boolean {
    return this.#files?.hasToken(hostId) ?? false;
  }

  isConnected(hostId: string): boolean {
    return this.#connected.has(hostId);
  }

  /** Keeps the host out of the results of `findFree`. */
  reserve(hostId: string): void {
    this.#reserved.add(hostId);
  }

  /**
   * Finds a connected host of the zone that runs no HSM, with `address` if that is given. `taken`
   * are the IDs of hosts that run one.
   */
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
      .find(
        ({ hostId }) =>
          this.#connected.has(hostId) && !taken.has(hostId) && !this.#reserved.has(hostId),
      );
  }

  /**
   * Starts an HSM on the host, whose connection becomes the control channel. Throws if the host is
   * not connected.
   */
  launch(hostId: string): HsmChild {
    const socket = this.#connected.get(hostId);
    if (!socket) throw new Error(`host ${hostId} is not connected`);
    // Even if this fails, the connection is used up. The host connects again for the next process.
    this.#connected.delete(hostId);
    return new RemoteChild(socket);
  }

  /** Calls `listener` with the ID of every host that connects. */
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
    // A host has one connection. The previous one must be dead, even if that has not shown yet.
    this.#connected.get(hostId)?.destroy();
    registry.strangers.recognize(socket);
    this.#connected.set(hostId, socket);
    socket.once('close', () => {
      if (this.#connected.get(hostId) === socket) this.#connected.delete(hostId);
    });
    this.#options.log.info({ hostId }, 'HSM host connected');
    for (const listener of this.#listeners) listener(hostId);
  }

  /** Serves one request to enrol, then ends the connection. */
  #awaitEnrolment(socket: TLSSocket, registry: HostRegistry): void {
    const reader = new FrameReader(MAX_UNAUTHENTICATED_FRAME_BYTES);
    socket.setTimeout(ENROLMENT_TIMEOUT_MS, () => socket.destroy());
    const read = (chunk: Buffer): void => {
      try {
        const [frame] = reader.feed(chunk);
        if (frame === undefined) return;
        socket.off('data', read).pause();
        void this.#answerEnrolment(socket, parseEnrolment(frame), registry);
      } catch {
        socket.destroy();
      }
    };
    socket.on('data', read);
  }

  async #answerEnrolment(
    socket: TLSSocket,
    enrolment: Enrolment,
    registry: HostRegistry,
  ): Promise<void> {
    const writer = new FrameWriter(socket);
    try {
      writer.write({ id: 1, out: await this.#enrol(enrolment, registry) });
    } catch (error) {
      if (!(error instanceof HsmError))
        this.#options.log.error({ err: error }, 'the enrolment of an HSM host failed');
      const { code, message } =
        error instanceof HsmError
          ? error
          : new HsmError('internal', 'the control plane failed; see keyhold.log for the reason');
      writer.write({ id: 1, error: { code, message } });
    }
    writer.flush();
    socket.end();
  }

  /**
   * Certifies a host whose request contains a valid token. A request that is refused for another
   * reason does not use the token up.
   */
  async #enrol(
    { id, secret, csr, address }: Enrolment,
    { authority, files }: HostRegistry,
  ): Promise<{ readonly hostId: string; readonly certificate: string }> {
    const { clock, log } = this.#options;
    if (!files.acceptsToken(id, secret, clock.now())) throw invalidToken();
    if (!ADDRESS.test(address))
      throw new HsmError('invalid-argument', 'the address is neither an IP address nor a name');
    const publicKey = await hostKeyOf(csr);
    if (!publicKey)
      throw new HsmError(
        'invalid-argument',
        'the certificate signing request must be PKCS#10 in PEM, for an EC key on P-256 and signed by it',
      );
    const availabilityZone = files.redeemToken(id, secret, clock.now());
    if (availabilityZone === undefined) throw invalidToken();
    // The ID of the token, so that it is known before the host enrols.
    const host = files.add({ hostId: id, availabilityZone, address });
    const certificate = await certifyHost(authority, host.hostId, publicKey, clock);
    log.info({ ...host }, 'HSM host enrolled');
    return { hostId: host.hostId, certificate };
  }
}

function invalidToken(): HsmError {
  return new HsmError('not-permitted', 'the token is invalid, used or expired');
}

/** Reads the request of an unauthenticated client. Missing members become empty strings. */
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
