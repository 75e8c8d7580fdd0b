import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Hsm } from '../hsm.ts';
import { tlsCredentials } from '../identity/index.ts';
import { ClientConnection } from './client-connection.ts';

/** Sockets, those in the middle of a handshake included. */
const MAX_SOCKETS = 4_096;
/** Connections that somebody has logged in on; CloudHSM has 900 per cluster. */
const MAX_AUTHENTICATED = 1_024;
/** Connections that nobody has logged in on; the oldest makes room for a new one, so that strangers lock nobody out. */
const MAX_UNAUTHENTICATED = 512;
/** Milliseconds for a TLS handshake. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Milliseconds that what is under way gets to end when the HSM stops. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Where an HSM is reached, by clients and peers alike: TLS 1.3 under the cluster certificate. */
export class HsmServer {
  readonly #hsm: Hsm;
  readonly #server: Server;
  readonly #connections = new Set<ClientConnection>();
  #presentedCertificate: string | undefined;

  private constructor(hsm: Hsm, server: Server) {
    this.#hsm = hsm;
    this.#server = server;
    this.#presentedCertificate = hsm.identity.state.clusterCertificate;
    hsm.onChange(() => void this.#renewCertificate());
    server.maxConnections = MAX_SOCKETS;
    server.on('secureConnection', (socket) => this.#accept(socket));
    // A handshake that fails is the other side's trouble, and not worth a line that strangers could write at will.
    server.on('tlsClientError', () => undefined);
  }

  /** Listens on the port that is asked for; if none is, on that of last time if it is free, or else on any. */
  static async start(hsm: Hsm): Promise<HsmServer> {
    const { provisioning, database, identity, clock } = hsm;
    const server = createServer({
      ...(await tlsCredentials(identity, clock)),
      minVersion: 'TLSv1.3',
      noDelay: true,
      keepAlive: true,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    const started = new HsmServer(hsm, server);
    const last = Number(database.setting('port') ?? 0);
    if (provisioning.port !== 0) await started.#listen(provisioning.port);
    else if (last === 0 || !(await started.#listen(last).then(() => true, isPortTaken)))
      await started.#listen(0);
    if (started.port !== last) database.putSetting('port', started.port);
    // Too many open files, for one: those who are connected go on.
    server.on('error', (error) =>
      hsm.log.error({ err: error }, 'a connection could not be accepted'),
    );
    return started;
  }

  get port(): number {
    // A server that listens on TCP has an address of this kind.
    return (this.#server.address() as AddressInfo).port;
  }

  /** Once the HSM has another certificate, connections see it from then on. */
  async #renewCertificate(): Promise<void> {
    const { identity, clock } = this.#hsm;
    const { clusterCertificate } = identity.state;
    if (clusterCertificate === this.#presentedCertificate) return;
    this.#presentedCertificate = clusterCertificate;
    this.#server.setSecureContext({
      ...(await tlsCredentials(identity, clock)),
      minVersion: 'TLSv1.3',
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    await Promise.race([
      late,
      Promise.all(Array.from(this.#connections, (connection) => connection.close())),
    ]);
    clearTimeout(timer);
    for (const connection of this.#connections) connection.endSession();
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, this.#hsm.provisioning.host);
    await once(this.#server, 'listening');
  }

  #accept(socket: TLSSocket): void {
    const connection = new ClientConnection(this.#hsm, socket);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    this.#dropSurplus();
  }

  #dropSurplus(): void {
    if (this.#connections.size <= MAX_UNAUTHENTICATED) return;
    const all = [...this.#connections];
    const unauthenticated = all.filter(({ authenticated }) => !authenticated);
    // Those who are logged in are left alone; if there are too many of them, it is the newcomer who goes.
    const leaving =
      all.length - unauthenticated.length >= MAX_AUTHENTICATED
        ? unauthenticated
        : unauthenticated.slice(0, -MAX_UNAUTHENTICATED);
    for (const connection of leaving) connection.drop();
  }
}

/** False if the port is another's now; any other trouble is thrown. */
function isPortTaken(error: unknown): false {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
  throw error;
}
