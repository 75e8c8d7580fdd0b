import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { Strangers } from '../../base/index.ts';
import type { Hsm } from '../hsm.ts';
import { tlsCredentials } from '../identity/index.ts';
import { ClientConnection } from './client-connection.ts';

/** Maximum authenticated connections. CloudHSM has 900 per cluster. */
const MAX_AUTHENTICATED = 1_024;
/** Maximum unauthenticated connections, including those in a handshake. */
const MAX_UNAUTHENTICATED = 512;
/** Maximum sockets. There is room for those that were closed a moment ago. */
const MAX_SOCKETS = MAX_AUTHENTICATED + 2 * MAX_UNAUTHENTICATED;
/** Time for a TLS handshake. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Time for requests in flight when the HSM stops. */
const CLOSE_TIMEOUT_MS = 1_000;

/** TLS 1.3 server of an HSM, under the cluster certificate. For clients and peers alike. */
export class HsmServer {
  readonly #hsm: Hsm;
  readonly #server: Server;
  readonly #connections = new Set<ClientConnection>();
  readonly #strangers: Strangers;
  #presentedCertificate: string | undefined;

  private constructor(hsm: Hsm, server: Server) {
    this.#hsm = hsm;
    this.#server = server;
    this.#presentedCertificate = hsm.identity.state.clusterCertificate;
    this.#strangers = new Strangers(server, MAX_UNAUTHENTICATED);
    hsm.onChange(() => {
      void this.#renewCertificate();
      this.#dropRemoved();
    });
    server.maxConnections = MAX_SOCKETS;
    server.on('secureConnection', (socket) => {
      try {
        this.#accept(socket);
      } catch (error) {
        hsm.log.error({ err: error }, 'a connection failed');
        socket.destroy();
      }
    });
    // Failed handshakes are not logged: unauthenticated clients could otherwise flood the log.
    server.on('tlsClientError', () => undefined);
  }

  /**
   * Listens on the configured port. With port 0, listens on the previous port if it is free,
   * otherwise on any port.
   */
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
    // For example, too many open files. Existing connections are not affected.
    server.on('error', (error) =>
      hsm.log.error({ err: error }, 'a connection could not be accepted'),
    );
    return started;
  }

  get port(): number {
    // A server that listens on TCP has an address of this kind.
    return (this.#server.address() as AddressInfo).port;
  }

  /** Uses a new certificate for all later connections. */
  async #renewCertificate(): Promise<void> {
    const { identity, clock, log } = this.#hsm;
    const { clusterCertificate } = identity.state;
    if (clusterCertificate === this.#presentedCertificate) return;
    this.#presentedCertificate = clusterCertificate;
    try {
      const credentials = await tlsCredentials(identity, clock);
      this.#server.setSecureContext({ ...credentials, minVersion: 'TLSv1.3' });
    } catch (error) {
      log.error({ err: error }, 'the new certificate could not be used');
    }
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
    if (this.#authenticatedCount >= MAX_AUTHENTICATED) return void socket.destroy();
    const connection = new ClientConnection(this.#hsm, socket, this.#strangers);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
  }

  #dropRemoved(): void {
    for (const connection of this.#connections) if (connection.removed) connection.drop();
  }

  get #authenticatedCount(): number {
    if (this.#connections.size < MAX_AUTHENTICATED) return this.#connections.size;
    return [...this.#connections].filter(({ authenticated }) => authenticated).length;
  }
}

/** Returns false if another process has the port. Throws any other error. */
function isPortTaken(error: unknown): false {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
  throw error;
}
