/**
 * Test fixture: the HTTP server on a real socket, with a `perform` function from the test, and a
 * client that signs requests itself.
 */
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { SecretText, systemClock, type Logger } from '../../src/base/index.ts';
import type { Caller } from '../../src/identity/index.ts';
import type { Perform } from '../../src/operations/index.ts';
import { createVerifier, signRequest } from '../../src/sigv4/index.ts';
import { createHttpServer } from '../../src/protocol/http/server.ts';
import type {
  HttpOptions,
  ObservedRequest,
  RejectedRequest,
} from '../../src/protocol/http/options.ts';
import type { TlsCredentials } from '../../src/protocol/http/tls.ts';

const ACCESS_KEY = 'AKIAEXAMPLE';
const secretAccessKey = new SecretText('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
const caller: Caller = {
  secretAccessKey,
  principal: {
    account: '111122223333',
    arn: 'arn:aws:iam::111122223333:user/admin',
    userId: 'AIDAEXAMPLE',
    accessKeyId: ACCESS_KEY,
  },
  policies: { identity: [] },
};

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
export interface SignedCall {
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly method?: string;
  readonly path?: string;
  readonly service?: string;
  /** Changes the headers after the request was signed. */
  readonly tamper?: (headers: Record<string, string | readonly string[]>) => void;
}

export interface ApiWorld extends AsyncDisposable {
  readonly port: number;
  readonly seen: readonly ObservedRequest[];
  /** Requests that were reported as leaving no audit record. */
  readonly rejected: readonly RejectedRequest[];
  /** Contexts of all messages logged as errors. */
  readonly failures: readonly object[];
  close(): Promise<void>;
  renew(identity: TlsCredentials): void;
  /** Sends a request with a valid signature, unless `tamper` breaks it. */
  call(call: SignedCall): Promise<Reply>;
  /** Sends a request without signing it. */
  send(options: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: object;
    readonly body?: string | Uint8Array;
  }): Promise<Reply>;
}

export async function startApi(
  perform: Perform,
  options: Partial<HttpOptions> = {},
): Promise<ApiWorld> {
  const seen: ObservedRequest[] = [];
  const failures: object[] = [];
  const rejected: RejectedRequest[] = [];
  const log: Logger = {
    debug() {},
    info() {},
    warn() {},
    error: (context) => failures.push(context),
  };
  const server = createHttpServer({
    perform,
    authenticate: createVerifier({
      clock: systemClock,
      signingNames: new Set(['kms', 'cloudhsm', 'sts', 'keyhold']),
      lookup: (accessKeyId) => (accessKeyId === ACCESS_KEY ? caller : undefined),
    }),
    clock: systemClock,
    log,
    ready: () => true,
    metrics: async () => ({ contentType: 'text/plain', body: 'requests 1\n' }),
    observe: (one) => seen.push(one),
    rejected: (one) => rejected.push(one),
    ...options,
  });
  const port = await server.listen('127.0.0.1', 0);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= server.close());

  const send: ApiWorld['send'] = async ({ method = 'POST', path, headers = {}, body = '' }) => {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method,
      path,
      headers: { ...headers },
      agent: false,
    });
    request.end(body);
    const [response] = await once(request, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };

  return {
    port,
    seen,
    rejected,
    failures,
    close,
    renew: (identity) => server.renew(identity),
    send,
    call({
      target,
      headers = {},
      body = '{}',
      method = 'POST',
      path = '/',
      service = 'kms',
      tamper,
    }) {
      const unsigned = {
        host: `127.0.0.1:${port}`,
        'content-type': 'application/x-amz-json-1.1',
        ...(target && { 'x-amz-target': target }),
        ...headers,
      };
      const [pathOnly = '/', query = ''] = path.split('?');
      const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey };
      const signed = signRequest({
        method,
        path: pathOnly,
        query,
        headers: unsigned,
        body,
        region: 'eu-central-1',
        service,
        credentials,
        now: systemClock.now(),
      });
      tamper?.(signed);
      return send({ method, path, headers: signed, body });
    },
    [Symbol.asyncDispose]: close,
  };
}
