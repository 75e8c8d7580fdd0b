import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Hsm } from '../hsm.ts';
import { tlsFacts } from '../identity/index.ts';
import { Connection } from './connection.ts';

/** Sockets, those in the middle of a handshake included. */
const MAX_SOCKETS = 4_096;
/** Connections that somebody has logged in on; CloudHSM has 900 per cluster. */
const MAX_TRUSTED = 1_024;
/** Connections that nobody has logged in on; the oldest makes room for a new one, so that strangers lock nobody out. */
const MAX_STRANGERS = 512;
/** Milliseconds for a TLS handshake. */
const HANDSHAKE_TIMEOUT = 5_000;
/** Milliseconds that what is under way gets to end when the HSM stops. */
const CLOSE_TIMEOUT = 1_000;

/** Where an HSM is reached, by clients and peers alike: TLS 1.3 under the cluster certificate. */
export class HsmServer {
  readonly #hsm: Hsm;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #shown: string | undefined;

  private constructor(hsm: Hsm, server: Server) {
    this.#hsm = hsm;
    this.#server = server;
    this.#shown = hsm.identity.facts.clusterCertificate;
    hsm.onChange(() => void this.#renewCertificate());
    server.maxConnections = MAX_SOCKETS;
    server.on('secureConnection', (socket) => this.#accept(socket));
    // A handshake that fails is the other side's trouble, and not worth a line that strangers could write at will.
    server.on('tlsClientError', () => undefined);
  }

  /** Listens on the port that is asked for; if none is, on that of last time if it is free, or else on any. */
  static async start(hsm: Hsm): Promise<HsmServer> {
    const { birth, database, identity, clock } = hsm;
    const server = createServer({
      ...(await tlsFacts(identity, clock)),
      minVersion: 'TLSv1.3',
      noDelay: true,
      keepAlive: true,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
    });
    const started = new HsmServer(hsm, server);
    const last = Number(database.setting('port') ?? 0);
    if (birth.port !== 0) await started.#listen(birth.port);
    else if (last === 0 || !(await started.#listen(last).then(() => true, isTaken)))
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
    const { clusterCertificate } = identity.facts;
    if (clusterCertificate === this.#shown) return;
    this.#shown = clusterCertificate;
    this.#server.setSecureContext({ ...(await tlsFacts(identity, clock)), minVersion: 'TLSv1.3' });
  }

  async close(): Promise<void> {
    this.#server.close();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_TIMEOUT);
    await Promise.race([
      late,
      Promise.all(Array.from(this.#connections, (connection) => connection.close())),
    ]);
    clearTimeout(timer);
    for (const connection of this.#connections) connection.end();
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, this.#hsm.birth.host);
    await once(this.#server, 'listening');
  }

  #accept(socket: TLSSocket): void {
    const connection = new Connection(this.#hsm, socket);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    this.#makeRoom();
  }

  #makeRoom(): void {
    if (this.#connections.size <= MAX_STRANGERS) return;
    const all = [...this.#connections];
    const strangers = all.filter(({ trusted }) => !trusted);
    // Those who are logged in are left alone; if there are too many of them, it is the newcomer who goes.
    const leaving =
      all.length - strangers.length >= MAX_TRUSTED ? strangers : strangers.slice(0, -MAX_STRANGERS);
    for (const stranger of leaving) stranger.drop();
  }
}

/** False if the port is another's now; any other trouble is thrown. */
function isTaken(error: unknown): false {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
  throw error;
}
