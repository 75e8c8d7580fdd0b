import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import { Socket, type AddressInfo } from 'node:net';
import { Strangers, uuid } from '../../base/index.ts';
import { KmsError } from '../../domain/index.ts';
import { awsJsonError } from '../codec/aws-json.ts';
import { publicError } from '../errors.ts';
import { createHandle, type Handle, type Handled } from '../handle.ts';
import { httpRequestOf, type HttpRequest, type HttpResponse } from '../request.ts';
import { BodyReader } from './body.ts';
import {
  createClientAddressResolver,
  plainAddress,
  type ResolveClientAddress,
} from './client-address.ts';
import type { HttpLimits, HttpOptions, HttpServer } from './options.ts';
import { createProbes, type Probes } from './probes.ts';
import { refuseSocket } from './refuse-socket.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { tlsOptions, type TlsCredentials } from './tls.ts';

const defaultLimits: HttpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  maxConnections: 8_192,
  maxRequests: 4_096,
};
/** Idle time between requests: longer than the AWS SDKs keep a connection. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const MAX_HEADER_BYTES = 32 * 1024;
/** Time that `close` waits for requests in flight. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Creates an HTTP server for the AWS APIs and the probes of operators. */
export function createHttpServer(options: HttpOptions): HttpServer {
  return new ApiServer(options);
}

class ApiServer implements HttpServer {
  readonly #handle: Handle;
  readonly #log: RequestLog;
  readonly #resolveClientAddress: ResolveClientAddress;
  readonly #probes: Probes;
  readonly #rejected: HttpOptions['rejected'];
  readonly #server: Server | TlsServer;
  readonly #limits: HttpLimits;
  /** The connections without a request in flight: they are idle, or still sending one. */
  readonly #waiting: Strangers;
  readonly #bodies = new BodyReader();
  #inFlight = 0;
  #closing = false;

  constructor(options: HttpOptions) {
    this.#log = createRequestLog(options);
    this.#handle = createHandle(options);
    this.#resolveClientAddress = createClientAddressResolver(options.trustedProxies);
    this.#probes = createProbes(options);
    this.#rejected = options.rejected;
    const serve: RequestListener = (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.#log.failed(error);
        response.destroy();
      });
    };
    this.#limits = { ...defaultLimits, ...options.limits };
    const settings = {
      ...this.#limits,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
    this.#server = options.tls
      ? createTlsServer({ ...settings, ...tlsOptions(options.tls) }, serve)
      : createServer(settings, serve);
    this.#server.maxConnections = 2 * (this.#limits.maxConnections + this.#limits.maxRequests);
    const dropped = (address: string | undefined): void => {
      const reason = 'TooManyConnections';
      this.#log.rejectedConnection(reason);
      this.#rejected({ reason, source: plainAddress(address) });
    };
    this.#waiting = new Strangers(this.#server, this.#limits.maxConnections, dropped);
    this.#server.on('connection', requireAddress);
    this.#server.on('secureConnection', requireAddress);
    this.#server.on('clientError', (error, socket) => {
      const requestId = uuid();
      const source = socket instanceof Socket ? plainAddress(socket.remoteAddress) : '';
      const reason = refuseSocket(error, socket, requestId);
      this.#log.rejectedConnection(reason, requestId);
      this.#rejected({ reason, source });
    });
    this.#server.on('drop', (connection) => dropped(connection?.remoteAddress));
  }

  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    // For example too many open files. Existing connections continue.
    this.#server.on('error', (error) => this.#log.failed(error));
    return (this.#server.address() as AddressInfo).port;
  }

  renew(credentials: TlsCredentials): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(tlsOptions(credentials));
  }

  async close(): Promise<void> {
    this.#closing = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    const late = setTimeout(() => this.#server.closeAllConnections(), CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(late);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const start = performance.now();
    const requestId = uuid();
    const probe = this.#probes(request.url);
    if (probe) return this.#send(response, requestId, await probe());
    const handled = await this.#handleRequest(request, requestId);
    if (!handled) return;
    this.#send(response, requestId, handled.response);
    if (handled.error && !handled.performed)
      this.#rejected({
        reason: handled.error.code,
        source: this.#resolveClientAddress(request).sourceIp,
      });
    this.#log.completed(handled, {
      id: requestId,
      message: request,
      seconds: (performance.now() - start) / 1000,
    });
  }

  /** Resolves to undefined if the client disconnects before the end of its request. */
  async #handleRequest(request: IncomingMessage, requestId: string): Promise<Handled | undefined> {
    try {
      const client = this.#resolveClientAddress(request);
      const body = await this.#bodies.read(request, client.sourceIp);
      if (!body) return undefined;
      this.#waiting.recognize(request.socket);
      if (this.#closing)
        throw new KmsError('ServiceUnavailableException', 'The service is stopping.');
      return await this.#handleCounted(httpRequestOf(request, body, client), requestId);
    } catch (thrown) {
      const error = publicError(thrown);
      return { response: awsJsonError(error), route: undefined, error, performed: false };
    }
  }

  /**
   * Limits the requests in flight. Those that are still being received don't count: slow senders
   * could otherwise lock out all others.
   */
  async #handleCounted(request: HttpRequest, requestId: string): Promise<Handled> {
    if (this.#inFlight >= this.#limits.maxRequests)
      throw new KmsError(
        'ServiceUnavailableException',
        'Too many requests are in progress. Try again.',
      );
    this.#inFlight += 1;
    try {
      return await this.#handle(request, requestId);
    } finally {
      this.#inFlight -= 1;
    }
  }

  #send(
    response: ServerResponse,
    requestId: string,
    { status, contentType, body }: HttpResponse,
  ): void {
    const headers = [
      'x-amzn-RequestId',
      requestId,
      'Content-Type',
      contentType,
      'Content-Length',
      String(Buffer.byteLength(body)),
    ];
    // After a body that was not read to its end, the connection cannot be used again.
    if (this.#closing || status === 413 || status === 503) headers.push('Connection', 'close');
    response.writeHead(status, headers);
    response.end(body);
    if (response.socket) this.#waiting.forget(response.socket);
  }
}

/**
 * Closes a connection whose client is unknown. After a reset by the client, the kernel does not
 * know the address any more, but still delivers what was sent before. Reading the address here
 * keeps it in the socket, so that each request on the connection has one.
 */
function requireAddress(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
}
