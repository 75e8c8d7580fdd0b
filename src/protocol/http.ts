import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { uuid } from '../base/index.ts';
import { errors, KmsError } from '../domain/index.ts';
import type { Duplex } from 'node:stream';
import { readBody } from './body.ts';
import { publicError } from './errors.ts';
import { refuseSocket } from './refuse-socket.ts';
import { frameOf, type Answer } from './frame.ts';
import { createHandle, type Handle, type Handled } from './handle.ts';
import { jsonRefusal } from './json.ts';
import type { HttpOptions, HttpServer } from './options.ts';
import { createProbes, type Probes } from './probes.ts';
import { tlsOptions, type TlsIdentity } from './tls.ts';

/** Clients that are slow to send are cut off; clients between two requests are not. Milliseconds, and bytes of headers. */
const usualLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 32 * 1024,
};
/** How long `close` waits for the requests under way. */
const GRACE = 10_000;

/** An HTTP server that speaks the AWS APIs and answers the operators' probes. */
export function createHttpServer(options: HttpOptions): HttpServer {
  return new ApiServer(options);
}

class ApiServer implements HttpServer {
  readonly #options: HttpOptions;
  readonly #handle: Handle;
  readonly #probes: Probes;
  readonly #server: Server | TlsServer;
  #closing = false;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#handle = createHandle(options);
    this.#probes = createProbes(options);
    const serve: RequestListener = (request, response) => {
      this.#serve(request, response).catch((error: unknown) => this.#fail(error, response));
    };
    const limits = { ...usualLimits, ...options.limits };
    this.#server = options.tls ? createTlsServer({ ...limits, ...tlsOptions(options.tls) }, serve) : createServer(limits, serve);
    this.#server.on('clientError', (error, socket) => this.#refuse(error, socket));
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
    this.#tell(handled, requestId, request, (performance.now() - start) / 1000);
  }

  /** What no error of the API stands for: a probe that failed, or a mistake in here. */
  #fail(err: unknown, response: ServerResponse): void {
    this.#options.log.error({ err }, 'a request could not be answered');
    response.destroy();
  }

  /** Undefined if the client went away before it had sent its request. */
  async #handled(request: IncomingMessage, requestId: string): Promise<Handled | undefined> {
    try {
      const body = await readBody(request);
      if (!body) return undefined;
      if (this.#closing) throw new KmsError('ServiceUnavailableException', 'The service is stopping.');
      return await this.#handle(frameOf(request, body), requestId);
    } catch (thrown) {
      const error = publicError(thrown);
      return { answer: jsonRefusal(error), endpoint: undefined, error };
    }
  }

  #send(response: ServerResponse, requestId: string, { status, contentType, body }: Answer): void {
    const headers = ['x-amzn-RequestId', requestId, 'Content-Type', contentType, 'Content-Length', String(Buffer.byteLength(body))];
    // A body that was not read to its end leaves nothing to go on with.
    if (this.#closing || status === 413) headers.push('Connection', 'close');
    response.writeHead(status, headers);
    response.end(body);
  }

  #tell({ endpoint, error }: Handled, requestId: string, { socket }: IncomingMessage, seconds: number): void {
    const { service = '', operation = '' } = endpoint ?? {};
    this.#options.observe({ service, operation, seconds, ...(error && { error: error.code }) });
    if (!error) return;
    const { log } = this.#options;
    const context = { requestId, service, operation, error: error.code, from: socket.remoteAddress };
    if (errors[error.code].fault === 'server') log.error({ ...context, err: error.cause }, 'a request failed');
    else if (!endpoint) log.info(context, 'a request was refused');
  }

  /** What is no HTTP, has too large a header, or came too slowly. */
  #refuse(error: Error, socket: Duplex): void {
    const requestId = uuid();
    const reason = refuseSocket(error, socket, requestId);
    this.#options.observe({ service: '', operation: '', error: reason, seconds: 0 });
    this.#options.log.info({ requestId, error: reason }, 'a connection was refused');
  }
}
