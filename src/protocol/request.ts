import type { IncomingMessage } from 'node:http';
import type { PerformRequest } from '../operations/index.ts';
import type { SignableRequest } from '../sigv4/index.ts';

/** Where a request comes from, as far as that can be believed: policies and the audit trail go by it. */
export interface ClientAddress {
  readonly sourceIp: string;
  /** Whether it came through TLS. */
  readonly secure: boolean;
  /** Of TLS that ends here. */
  readonly tls?: PerformRequest['tls'];
}

/** One HTTP request, read to its end. */
export interface HttpRequest extends SignableRequest, ClientAddress {
  readonly body: Buffer;
}

/** One HTTP response to be written. */
export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The body is what was read of the same request. */
export function httpRequestOf(
  { url = '/', method = 'GET', headers }: IncomingMessage,
  body: Buffer,
  { sourceIp, secure, tls }: ClientAddress,
): HttpRequest {
  const at = url.indexOf('?');
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers,
    body,
    sourceIp,
    secure,
    tls,
  };
}

/** The first value of a header; empty if it was not sent. */
export function headerOf({ headers }: HttpRequest, name: string): string {
  const value = headers[name];
  if (value === undefined) return '';
  return typeof value === 'string' ? value : (value[0] ?? '');
}
