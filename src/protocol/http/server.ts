import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { uuid } from '../../base/index.ts';
import { KmsError } from '../../domain/index.ts';
import { BodyReader } from './body.ts';
import { publicError } from '../errors.ts';
import { refuseSocket } from './refuse-socket.ts';
import { frameOf, type Answer, type Frame } from '../request.ts';
import { createHandle, type Handle, type Handled } from '../handle.ts';
import { jsonRefusal } from '../codec/aws-json.ts';
import { createOrigin, type OriginOf } from './client-address.ts';
import type { HttpLimits, HttpOptions, HttpServer } from './options.ts';
import { createProbes, type Probes } from './probes.ts';
import { tlsOptions, type TlsIdentity } from './tls.ts';
import { createWitness, type Witness } from './request-log.ts';

const usualLimits: HttpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  connections: 8_192,
  requests: 4_096,
};
/** Between two requests a client may take its time: longer than the AWS SDKs keep a connection. Milliseconds. */
const KEEP_ALIVE = 75_000;
/** Bytes. */
const MAX_HEADERS = 32 * 1024;
/** How long `close` waits for the requests under way. */
const GRACE = 10_000;

/** An HTTP server that speaks the AWS APIs and answers the operators' probes. */
export function createHttpServer(options: HttpOptions): HttpServer {
  return new ApiServer(options);
}

class ApiServer implements HttpServer {
  readonly #handle: Handle;
  readonly #witness: Witness;
  readonly #originOf: OriginOf;
  readonly #probes: Probes;
  readonly #server: Server | TlsServer;
  readonly #limits: HttpLimits;
  readonly #bodies = new BodyReader();
  #underWay = 0;
  #closing = false;

  constructor(options: HttpOptions) {
    this.#witness = createWitness(options);
    this.#handle = createHandle(options);
    this.#originOf = createOrigin(options.trustedProxies);
    this.#probes = createProbes(options);
    const serve: RequestListener = (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.#witness.failed(error);
        response.destroy();
      });
    };
    this.#limits = { ...usualLimits, ...options.limits };
    const settings = { ...this.#limits, keepAliveTimeout: KEEP_ALIVE, maxHeaderSize: MAX_HEADERS };
    this.#server = options.tls
      ? createTlsServer({ ...settings, ...tlsOptions(options.tls) }, serve)
      : createServer(settings, serve);
    this.#server.maxConnections = this.#limits.connections;
    this.#server.on('clientError', (error, socket) => {
      const requestId = uuid();
      this.#witness.refused(refuseSocket(error, socket, requestId), requestId);
    });
    this.#server.on('drop', () => this.#witness.refused('TooManyConnections'));
  }

  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  renew(identity: TlsIdentity): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(tlsOptions(identity));
  }

  async close(): Promise<void> {
    this.#closing = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    const late = setTimeout(() => this.#server.closeAllConnections(), GRACE);
    await closed;
    clearTimeout(late);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const requestId = uuid();
    const probe = this.#probes(request.url);
    if (probe) return this.#send(response, requestId, await probe());
    const handled = await this.#handled(request, requestId);
    if (!handled) return;
    this.#send(response, requestId, handled.answer);
    this.#witness.answered(handled, {
      id: requestId,
      message: request,
      seconds: (performance.now() - start) / 1000,
    });
  }

  /** Undefined if the client went away before it had sent its request. */
  async #handled(request: IncomingMessage, requestId: string): Promise<Handled | undefined> {
    try {
      const body = await this.#bodies.read(request);
      if (!body) return undefined;
      if (this.#closing)
        throw new KmsError('ServiceUnavailableException', 'The service is stopping.');
      return await this.#counted(frameOf(request, body, this.#originOf(request)), requestId);
    } catch (thrown) {
      const error = publicError(thrown);
      return { answer: jsonRefusal(error), endpoint: undefined, error };
    }
  }

  /** Requests that are still being sent don't count: their senders could keep all others out. */
  async #counted(frame: Frame, requestId: string): Promise<Handled> {
    if (this.#underWay >= this.#limits.requests)
      throw new KmsError(
        'ServiceUnavailableException',
        'Too many requests are under way. Try again.',
      );
    this.#underWay += 1;
    try {
      return await this.#handle(frame, requestId);
    } finally {
      this.#underWay -= 1;
    }
  }

  #send(response: ServerResponse, requestId: string, { status, contentType, body }: Answer): void {
    const headers = [
      'x-amzn-RequestId',
      requestId,
      'Content-Type',
      contentType,
      'Content-Length',
      String(Buffer.byteLength(body)),
    ];
    // A body that was not read to its end leaves nothing to go on with.
    if (this.#closing || status === 413 || status === 503) headers.push('Connection', 'close');
    response.writeHead(status, headers);
    response.end(body);
  }
}
